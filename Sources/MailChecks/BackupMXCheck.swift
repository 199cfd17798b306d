/// Checks in one session whether a server behaves as a backup MX must, by its replies to RCPT; no message is sent.
///
/// ``SMTPBattery`` is the extended form.
public struct BackupMXCheck: Sendable {
    public var expected: BackupMX

    public init(_ expected: BackupMX) { self.expected = expected }

    /// The number of listed recipients that are checked. A server may close a session after ten refusals (Postfix:
    /// half of `smtpd_hard_error_limit`), so the checks send at most nine RCPT in a session.
    private static let acceptedAsked = 2

    private static let hello = "EHLO localhost.localdomain"

    /// The commands of the session in order, for a caller that runs the session elsewhere and brings the replies.
    ///
    /// - Throws: ``SMTPError/unsendable(command:)``
    public var session: [String] {
        get throws {
            let commands = [Self.hello] + commands + ["QUIT"]
            try SMTPDialogue.requireSendable(commands)
            return commands
        }
    }

    /// The commands after EHLO. The null sender needs no DNS, and every server must accept it (RFC 5321, 6.1).
    private var commands: [String] {
        ["MAIL FROM:<>"] + (accepted + refused).map { "RCPT TO:<\($0.address)>" }
    }

    private var accepted: [(check: String, address: String)] {
        expected.recipients.prefix(Self.acceptedAsked).map { ("listed \($0)", $0) } + [BackupMX.barePostmaster]
    }

    /// Runs one session and evaluates its replies.
    ///
    /// - Throws: ``SMTPError`` if the session ends early; it then proves nothing.
    public func evaluate(_ dialogue: SMTPDialogue) async throws -> [Finding] {
        let greeting = try await dialogue.greeting()
        var findings = [expected.bannerFinding(greeting)]
        guard greeting.isPositive else { return findings }
        let hello = try await dialogue.send(Self.hello)
        if expected.offersSTARTTLS { findings.append(BackupMX.startTLSFinding(hello)) }
        let replies = try await dialogue.conclude(with: commands, after: hello)
        guard let sender = replies.first, sender.isPositive else {
            // Every RCPT would now be refused for a reason that proves nothing.
            return findings + replies.prefix(1).map { Finding("null sender", $0, is: .acceptance) }
        }
        let answers = replies.dropFirst()
        findings += zip(accepted, answers).map { Finding($0.check, $1, is: .acceptance) }
        let control = answers.prefix(accepted.count).first(where: \.isPositive) ?? answers.first ?? sender
        return findings
            + zip(refused, answers.dropFirst(accepted.count)).map {
                Finding($0.check, $1, is: .refusal, after: control)
            }
    }

    private var refused: [(check: String, address: String)] {
        let domain = expected.domains.first
        let forms: [(check: String, address: String?)] = [
            ("unlisted recipient", domain.map { "\(BackupMX.unlisted)@\($0)" }),
            ("subdomain", "postmaster@sub.\(expected.relayed)"),
            ("foreign domain", "victim@elsewhere.example"),
            ("percent relay", domain.map { "victim%elsewhere.example@\($0)" }),
            ("bang path", "elsewhere.example!victim"),
            ("mail for the host itself", "root@\(expected.hostname)"),
        ]
        return forms.compactMap { check, address in address.map { (check, $0) } }
    }
}
