/// Judges over many sessions whether a server is a backup MX to those who send it mail, and nothing else to anybody.
///
/// Nothing is ever sent to its end, so a server that is as it should be gets no message by it.
public struct SMTPBattery<Connector: SMTPConnector>: Sendable {
    private let expected: BackupMX
    private let connector: Connector
    /// The server's own addresses in brackets (RFC 5321, 4.1.3).
    private let literals: [String]

    /// Postfix hangs up on who has gathered many errors (`smtpd_hard_error_limit`, 20, and 10 under stress).
    private static var recipientsASession: Int { 8 }
    /// Postfix's own `smtpd_client_recipient_rate_limit` of the playbook is 240 a minute; others have less.
    private static var recipientsAsked: Int { 96 }
    /// A server on a busy disk may take as long to confirm a message.
    private static var silence: Duration { .seconds(2) }

    public init(_ expected: BackupMX, literals: [String], through connector: Connector) {
        self.expected = expected
        self.literals = literals
        self.connector = connector
    }

    private var domain: String { expected.relayed }
    private var listed: String { expected.recipients.first ?? "postmaster@\(domain)" }

    /// What it says of itself, and what it does for strangers.
    ///
    /// - Throws: ``SMTPError``, and what the connector throws; so do the others.
    public func manners() async throws -> [Finding] {
        try await connector.session { dialogue in
            var findings = [expected.judge(banner: try await dialogue.greeting())]
            let hello = try await dialogue.send(Self.hello)
            if expected.offersSTARTTLS { findings.append(BackupMX.judge(startTLSIn: hello)) }
            let closed = hello.offers("DSN") ? Finding("DSN", .fail, "250 DSN") : Finding("DSN", .pass, "not offered")
            findings.append(closed)
            findings.append(.refusal("VRFY", try await dialogue.send("VRFY \(listed)")))
            findings.append(.refusal("ETRN", try await dialogue.send("ETRN \(domain)")))
            findings.append(.acceptance("null sender", try await dialogue.send("MAIL FROM:<>")))
            // Behind it: Postfix takes the size for that of the next message too.
            _ = try await dialogue.send("RSET")
            findings.append(.refusal("oversize", try await dialogue.send("MAIL FROM:<> SIZE=99999999999")))
            await dialogue.quit()
            return findings
        }
    }

    /// Whether those who are listed are accepted; where they are many, as many of them as a rate limit lets through.
    public func recipients() async throws -> [Finding] {
        let all = expected.recipients
        let step = max(1, (all.count + Self.recipientsAsked - 1) / Self.recipientsAsked)
        let asked = stride(from: 0, to: all.count, by: step).map { all[$0] }
        let replies = try await ask(asked.map { "<\($0)>" }, from: "<>")
        return zip(asked, replies).map { .acceptance("listed \($0)", $1.1) }
    }

    /// Whether nobody else is: unlisted ones in each domain, and everything that could be a relay.
    public func strangers() async throws -> [Finding] {
        let unlisted = expected.domains.map { "<\(BackupMX.unlisted)@\($0)>" }
        var findings = try await ask(unlisted, from: "<>").map { Finding.refusal("unlisted \($0)", $1) }
        let forms = ForeignForm.all(
            domain: domain, listed: String(listed.prefix { $0 != "@" }), hostname: expected.hostname, literals: literals
        )
        // Where a domain takes everything, whatever stands before its `@` is a recipient of its own.
        let mine = expected.domains.isEmpty ? "@\(domain)>" : nil
        for sender in Set(forms.map(\.sender)).sorted() {
            let recipients = forms.filter { $0.sender == sender }.map(\.recipient)
                .filter { recipient in mine.map { !recipient.hasSuffix($0) } ?? true }
            findings += try await ask(recipients, from: sender).map {
                .refusal(ForeignForm(sender: sender, recipient: $0).name, $1)
            }
        }
        return findings
    }

    /// Whether senders have to say who they are.
    public func introductions() async throws -> [Finding] {
        let cases = [
            ("HELO without a domain", "EHLO localhost", "<>"),
            ("sender without a domain", Self.hello, "<root>"),
            ("sender of an unknown domain", Self.hello, "<root@\(BackupMX.unlisted).invalid>"),
        ]
        var findings: [Finding] = []
        for (check, hello, sender) in cases {
            let reply = try await connector.session { dialogue in
                var reply = try await dialogue.greeting()
                // Postfix holds its refusal back until RCPT (`smtpd_delay_reject`).
                for command in [hello, "MAIL FROM:\(sender)", "RCPT TO:<\(listed)>"] where reply.isPositive {
                    reply = try await dialogue.send(command)
                }
                await dialogue.quit()
                return reply
            }
            findings.append(Finding(check, reply.isPositive ? .warn : .pass, reply.description))
        }
        return findings
    }

    /// Whether a part of a message could pass for the next one (SMTP smuggling): an end of data that is none must be
    /// taken for text, or refused. The connection is cut before the true end.
    public func smuggling() async throws -> [Finding] {
        let ends = [("<LF>.<LF>", "\n.\n"), ("<LF>.<CR><LF>", "\n.\r\n"), ("<CR><LF>.<LF>", "\r\n.\n")]
        var findings: [Finding] = []
        for (name, end) in ends {
            let remark = try await connector.session { dialogue in
                _ = try await dialogue.greeting()
                for command in [Self.hello, "MAIL FROM:<>", "RCPT TO:<\(listed)>", "DATA"] {
                    let reply = try await dialogue.send(command)
                    guard reply.isPositive || reply.code == 354 else { return SMTPReply?.some(reply) }
                }
                try await dialogue.sendRaw("Subject: \(name) is no end of a message\r\n\r\n\(end)")
                return try await dialogue.remark(within: Self.silence)
            }
            findings.append(
                Finding(
                    "end of data \(name)", remark?.isPositive == true ? .fail : .pass,
                    remark?.description ?? "taken for text"))
        }
        return findings
    }

    /// Whether a client that does not wait for the greeting, as only programs for spam do, gets anywhere.
    public func impatience() async throws -> [Finding] {
        let reply: SMTPReply = try await connector.session { dialogue in
            try await dialogue.sendRaw("\(Self.hello)\r\nMAIL FROM:<>\r\nRCPT TO:<\(listed)>\r\n")
            var last = try await dialogue.greeting()
            for _ in 0..<3 where last.code < 400 {
                guard let next = try await dialogue.remark(within: Self.silence) else { return last }
                last = next
            }
            return last
        }
        return [Finding("talk before the greeting", reply.isPositive ? .warn : .pass, reply.description)]
    }

    private static var hello: String { "EHLO localhost.localdomain" }

    /// The replies to RCPT, over as many sessions as it takes; where the sender is refused, that refusal.
    private func ask(_ recipients: [String], from sender: String) async throws -> [(String, SMTPReply)] {
        var replies: [(String, SMTPReply)] = []
        for start in stride(from: 0, to: recipients.count, by: Self.recipientsASession) {
            let asked = recipients[start..<min(start + Self.recipientsASession, recipients.count)]
            replies += try await connector.session { dialogue in
                _ = try await dialogue.greeting()
                _ = try await dialogue.send(Self.hello)
                let mail = try await dialogue.send("MAIL FROM:\(sender)")
                var replies: [(String, SMTPReply)] = []
                for recipient in asked {
                    replies.append(
                        (recipient, mail.isPositive ? try await dialogue.send("RCPT TO:\(recipient)") : mail))
                }
                await dialogue.quit()
                return replies
            }
        }
        return replies
    }
}
