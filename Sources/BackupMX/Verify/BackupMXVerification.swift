import Alerts
public import ConfigurationFiles
public import Engine
import MailChecks
public import RemoteShell
import Resources
import Sites

/// Verifies, before port 25 is opened, that Postfix behaves as a backup MX must.
///
/// It changes nothing. The session uses the guest's own loopback interface.
public struct BackupMXVerification: Verification, Hashable, Codable {
    public static let kind = "verify"

    /// Addresses that must be accepted.
    public var recipients: [String]
    /// Domains in which an unlisted recipient must be refused: those without a catch-all.
    public var domains: [String]
    /// The name that the banner must show.
    public var hostname: String
    /// Whether STARTTLS must be offered.
    public var starttls: Bool

    public init(recipients: [String], domains: [String], hostname: String, starttls: Bool = true) {
        self.recipients = recipients
        self.domains = domains
        self.hostname = hostname
        self.starttls = starttls
    }

    /// The expected behaviour of the guest towards senders.
    var expected: BackupMX {
        BackupMX(recipients: recipients, domains: domains, hostname: hostname, offersSTARTTLS: starttls)
    }

    public init(_ parameters: inout Parameters) {
        self.init(
            recipients: parameters.strings("recipients"),
            domains: parameters.strings("domains"),
            hostname: parameters.string("hostname"),
            starttls: parameters.boolean("starttls", default: true)
        )
        if recipients.isEmpty {
            parameters.wrong("recipients", "`recipients` is empty; expected at least one recipient")
        }
        parameters.finish()
    }
}

extension BackupMXVerification {
    /// The script that holds an SMTP session with the guest's own Postfix.
    ///
    /// - Throws: ``SMTPError/unsendable(command:)``
    public func script() throws -> Script { try session(with: "localhost").script }

    /// - Throws: `ShellError.noStream` if nothing listens on port 25; ``SMTPError``
    public func checks(from result: CommandResult, of host: String) async throws -> [VerifiedCheck] {
        try await session(with: host).evaluate(result)
    }

    private func session(with host: String) -> LoopbackSession {
        LoopbackSession(
            check: BackupMXCheck(expected), host: host, flag: MailProtection(verification: self).flag)
    }

    public var protection: ServiceProtection? { MailProtection(verification: self).protection }
}
