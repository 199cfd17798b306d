public import ConfigurationFiles
import Engine
public import Foundation

/// Why a site cannot be verified.
public enum VerifyError: Error, Sendable, Equatable {
    case noAddress(site: String)
    case noGuest(site: String)
    case stopped(site: String, id: Int)
    /// The address does not answer this machine.
    case unreachable(address: IPAddress, port: Int, reason: String)
    /// The primary does not answer the guest.
    case noPrimary(address: IPAddress, port: Int, peer: IPAddress?, guest: String, reason: String)
    /// The server sent no certificate after STARTTLS.
    case noCertificate
    /// The host that should connect has no openssl(1).
    case noOpenSSL
}

extension VerifyError: LocalizedError {
    /// The system's message (connect(2), ECONNREFUSED), which bash prints.
    private static let refused = "Connection refused"

    public var errorDescription: String? {
        switch self {
        case .noAddress(let site): "it is not known where senders reach \(site)"
        case .noGuest(let site): "\(site) has no guest"
        case .stopped(let site, let id): "guest \(id) of \(site) is stopped"
        case .unreachable(let address, let port, _): "port \(port) of \(address) cannot be reached from this machine"
        case .noPrimary(let address, let port, _, let guest, _):
            "the primary (\(address), port \(port)) cannot be reached from \(guest)"
        case .noCertificate: "port 25 shows no certificate"
        case .noOpenSSL: "the host that is to look at the certificate has no `openssl`"
        }
    }

    public var failureReason: String? {
        switch self {
        case .unreachable(_, _, let reason), .noPrimary(_, _, _, _, let reason): reason
        default: nil
        }
    }

    public var recoverySuggestion: String? {
        switch self {
        case .noAddress: "Give the site's `dns: addresses:`, or run `mxprovision up` first."
        case .noGuest(let site): "Run `mxprovision up \(site)` to create it."
        case .stopped(let site, _): "Run `mxprovision up \(site)` to start it."
        case .noPrimary(let address, let port, let peer, _, let reason):
            (reason == Self.refused
                ? "The primary's host answers: check that its mail server runs and listens on port \(port). "
                : "")
                + "Check the VPN between the two (in the guest: `ping \(peer ?? address)`), and the primary's firewall."
        case .noCertificate: "See the guest's log: `journalctl -t postfix/smtpd -n 50`."
        case .noOpenSSL: "Install it there (`apt install openssl`), or look from another site's host: `--from SITE`."
        case .unreachable:
            "Many providers close port 25 to the outside: `--from SITE` looks from another site's host. Else see the router."
        }
    }
}
