/// The expected behavior of a backup MX, as clients that send it mail see it.
public struct BackupMX: Sendable {
    /// Addresses that must be accepted.
    public var recipients: [String]
    /// Domains in which an unlisted recipient must be refused; empty if each domain has a catch-all.
    public var domains: [String]
    /// The name that the banner must contain.
    public var hostname: String
    /// Whether the server must offer STARTTLS.
    public var offersSTARTTLS: Bool

    public init(recipients: [String], domains: [String], hostname: String, offersSTARTTLS: Bool = true) {
        self.recipients = recipients
        self.domains = domains
        self.hostname = hostname
        self.offersSTARTTLS = offersSTARTTLS
    }

    /// A domain that the server relays for.
    var relayed: String {
        domains.first ?? recipients.first?.split(separator: "@").last.map(String.init) ?? "localhost"
    }

    /// A local part that does not exist. It is random each time, so that no cache of the server has it.
    static var unlisted: String { "no-such-\(UInt32.random(in: .min ... .max))" }

    /// The only address without a domain that every server must accept (RFC 5321, 4.5.1).
    static let barePostmaster = (check: "postmaster without a domain", address: "postmaster")

    func bannerFinding(_ greeting: SMTPReply) -> Finding {
        Finding("banner", greeting, is: .greeting(hostname: hostname))
    }

    /// Evaluates the check of STARTTLS.
    ///
    /// - Parameter hello: the reply to EHLO.
    static func startTLSFinding(_ hello: SMTPReply) -> Finding {
        Finding(
            "STARTTLS", hello, is: .offer("STARTTLS"),
            evidence: hello.offers("STARTTLS") ? "250 STARTTLS" : "not offered")
    }
}
