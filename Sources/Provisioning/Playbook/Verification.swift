import MailChecks

/// The step that proves, before port 25 is opened, that Postfix answers as a backup MX must.
///
/// It changes nothing. The guest is asked over its own loopback.
public struct Verification: Sendable, Hashable, Codable {
    /// The key that names it in a playbook.
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

    /// What the guest is to be to those who send it mail.
    var expected: BackupMX {
        BackupMX(recipients: recipients, domains: domains, hostname: hostname, offersSTARTTLS: starttls)
    }

    init(_ parameters: inout Parameters) {
        self.init(
            recipients: parameters.strings("recipients"),
            domains: parameters.strings("domains"),
            hostname: parameters.string("hostname"),
            starttls: parameters.boolean("starttls", default: true)
        )
        if recipients.isEmpty { parameters.wrong("recipients", "`recipients` is empty; nothing would be proved") }
        parameters.finish()
    }
}
