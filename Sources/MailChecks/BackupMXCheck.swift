/// Judges whether a server behaves as a backup MX must, by what it answers to RCPT; no message is sent.
public struct BackupMXCheck: Sendable {
    /// Addresses that must be accepted.
    public var recipients: [String]
    /// Domains in which an unlisted recipient must be refused; none where each has a catch-all.
    public var domains: [String]
    /// The name that the banner must show.
    public var hostname: String
    public var expectsSTARTTLS: Bool

    public init(recipients: [String], domains: [String], hostname: String, expectsSTARTTLS: Bool) {
        self.recipients = recipients
        self.domains = domains
        self.hostname = hostname
        self.expectsSTARTTLS = expectsSTARTTLS
    }

    /// One behaviour, and what the server said.
    public struct Finding: Sendable, Hashable {
        public enum Verdict: String, Sendable { case pass, warn, fail }
        public var check: String
        public var verdict: Verdict
        public var evidence: String
    }

    /// A server may cut off who has gathered ten refusals (Postfix: half of `smtpd_hard_error_limit`), so the checks
    /// need at most eight RCPT of a session.
    private static let acceptedAsked = 3

    /// Holds one session and judges it.
    ///
    /// - Throws: ``SMTPError`` where there was nothing to judge.
    public func judge(_ dialogue: SMTPDialogue) async throws -> [Finding] {
        var findings: [Finding] = []
        let banner = try await dialogue.greeting()
        let named = banner.lines.first?.split(separator: " ").first.map(String.init) ?? ""
        findings.append(
            Finding(
                check: "banner",
                verdict: banner.code == 220 && named.lowercased() == hostname.lowercased() ? .pass : .fail,
                evidence: banner.description
            )
        )
        let hello = try await dialogue.send("EHLO localhost.localdomain")
        if expectsSTARTTLS {
            let offered = hello.lines.contains { $0.uppercased().hasPrefix("STARTTLS") }
            findings.append(
                Finding(
                    check: "STARTTLS",
                    verdict: offered ? .pass : .fail,
                    evidence: offered ? "250 STARTTLS" : "not offered"
                )
            )
        }
        // The null sender needs no DNS, and must be taken by every server (RFC 5321, 6.1).
        let sender = try await dialogue.send("MAIL FROM:<>")
        guard sender.isPositive else {
            // Every RCPT would be refused now, for a reason that proves nothing.
            findings.append(Finding(check: "null sender", verdict: .fail, evidence: sender.description))
            return findings
        }
        for recipient in recipients.prefix(Self.acceptedAsked) {
            let reply = try await dialogue.send("RCPT TO:<\(recipient)>")
            findings.append(
                Finding(
                    check: "listed \(recipient)",
                    verdict: reply.isPositive ? .pass : .fail,
                    evidence: reply.description
                )
            )
        }
        for (check, address) in refused {
            let reply = try await dialogue.send("RCPT TO:<\(address)>")
            findings.append(Finding(check: check, verdict: Self.refusal(reply), evidence: reply.description))
        }
        // Whether it is answered makes no difference to what has been found.
        _ = try? await dialogue.send("QUIT")
        return findings
    }

    /// Forms that must be refused for good: 2xx is a hole, 4xx makes honest senders try for days.
    private var refused: [(check: String, address: String)] {
        let relayed = domains.first ?? recipients.first?.split(separator: "@").last.map(String.init) ?? "localhost"
        let forms: [(check: String, address: String?)] = [
            ("unlisted recipient", domains.first.map { "no-such-\(UInt32.random(in: .min ... .max))@\($0)" }),
            ("subdomain", "postmaster@sub.\(relayed)"),
            ("foreign domain", "victim@elsewhere.example"),
            ("percent relay", domains.first.map { "victim%elsewhere.example@\($0)" }),
            ("bang path", "elsewhere.example!victim"),
        ]
        return forms.compactMap { check, address in address.map { (check, $0) } }
    }

    private static func refusal(_ reply: SMTPReply) -> Finding.Verdict {
        if reply.isPositive { return .fail }
        return reply.isPermanent ? .pass : .warn
    }
}
