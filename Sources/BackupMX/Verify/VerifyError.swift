import Alerts
public import ConfigurationFiles
import Engine
public import Foundation
import Sites

/// Why a site cannot be verified.
public enum VerifyError: Error, Sendable, Equatable {
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
