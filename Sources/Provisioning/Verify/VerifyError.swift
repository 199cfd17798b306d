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
        case .noAddress(let site): "the address at which senders reach \(site) is unknown"
        case .noGuest(let site): "\(site) has no guest"
        case .stopped(let site, let id): "guest \(id) of \(site) is stopped"
        case .unreachable(let address, let port, _): "port \(port) of \(address) cannot be reached from this machine"
        case .noPrimary(let address, let port, _, let guest, _):
            "the primary (\(address), port \(port)) cannot be reached from \(guest)"
        case .noCertificate: "port 25 presents no certificate"
        case .noOpenSSL: "`openssl` is not installed on the host that checks the certificate"
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
        case .noAddress: "Set the site's `dns: addresses:`, or run `mxprovision up` first."
        case .noGuest(let site): "Run `mxprovision up \(site)` to create it."
        case .stopped(let site, _): "Run `mxprovision up \(site)` to start it."
        case .noPrimary(let address, let port, let peer, _, let reason):
            (reason == Self.refused
                ? "The primary's host answers: check that its mail server runs and listens on port \(port). "
                : "")
                + "Check the VPN between the two (in the guest: `ping \(peer ?? address)`), and the primary's firewall."
        case .noCertificate: "Check the guest's log: `journalctl -t postfix/smtpd -n 50`."
        case .noOpenSSL: "Install it there (`apt install openssl`), or check from another site's host: `--from SITE`."
        case .unreachable:
            "Many providers block outgoing port 25: check from another site's host with `--from SITE`. Otherwise, check the router."
        }
    }
}
