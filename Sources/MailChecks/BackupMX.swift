/// What a backup MX is to be, as seen by those who send it mail.
public struct BackupMX: Sendable {
    /// Addresses that must be accepted.
    public var recipients: [String]
    /// Domains in which an unlisted recipient must be refused; none where each has a catch-all.
    public var domains: [String]
    /// The name that the banner must show.
    public var hostname: String
    public var offersSTARTTLS: Bool

    public init(recipients: [String], domains: [String], hostname: String, offersSTARTTLS: Bool = true) {
        self.recipients = recipients
        self.domains = domains
        self.hostname = hostname
        self.offersSTARTTLS = offersSTARTTLS
    }

    /// A domain that it relays for.
    var relayed: String {
        domains.first ?? recipients.first?.split(separator: "@").last.map(String.init) ?? "localhost"
    }

    /// A local part that nobody has; another each time, so that no cache of the server's knows it.
    static var unlisted: String { "no-such-\(UInt32.random(in: .min ... .max))" }

    /// The one address without a domain that every server must accept (RFC 5321, 4.5.1).
    static let barePostmaster = (check: "postmaster without a domain", address: "postmaster")

    func bannerFinding(_ greeting: SMTPReply) -> Finding {
        Finding("banner", greeting, is: .greeting(hostname: hostname))
    }

    /// - Parameter hello: the reply to EHLO.
    static func startTLSFinding(_ hello: SMTPReply) -> Finding {
        Finding(
            "STARTTLS", hello, is: .offer("STARTTLS"),
            evidence: hello.offers("STARTTLS") ? "250 STARTTLS" : "not offered")
    }
}
