/// Checks over many sessions whether a server is a backup MX for clients that send it mail, and offers nothing else to
/// anyone.
///
/// No message is completed, so a correctly configured server receives no message from it.
public struct SMTPBattery<Connector: SMTPConnector>: Sendable {
    private let expected: BackupMX
    private let connector: Connector
    /// The server's own addresses in brackets (RFC 5321, 4.1.3).
    private let literals: [String]

    /// The number of recipients per session, without the control recipient. Postfix closes a session with too many
    /// errors (`smtpd_hard_error_limit`: 20, and 10 under stress).
    private static var recipientsASession: Int { 7 }
    /// The number of listed recipients that are checked. Postfix's `smtpd_client_recipient_rate_limit` in the playbook
    /// is 240 a minute; other servers allow fewer.
    private static var recipientsAsked: Int { 96 }
    /// How long to wait for a reply that may not come. A server on a busy disk may take as long to confirm a message.
    private static var silence: Duration { .seconds(2) }

    public init(_ expected: BackupMX, literals: [String], through connector: Connector) {
        self.expected = expected
        self.literals = literals
        self.connector = connector
    }

    private var domain: String { expected.relayed }
    private var listed: String { expected.recipients.first ?? "postmaster@\(domain)" }

    /// Checks the banner, the extensions, and the commands that the server must refuse to strangers.
    ///
    /// - Throws: ``SMTPError/unsendable(command:)``, and what the connector throws; the other checks do too.
    public func manners() async throws -> [Finding] {
        let startTLS = expected.offersSTARTTLS ? ["STARTTLS"] : []
        let checks = ["banner"] + startTLS + ["DSN", "null sender", "VRFY", "ETRN", "oversize"]
        return try await connector.findings(of: checks) { dialogue, findings in
            let greeting = try await dialogue.greeting()
            findings.append(expected.bannerFinding(greeting))
            guard greeting.isPositive else { return greeting }
            let hello = try await dialogue.send(Self.hello)
            if expected.offersSTARTTLS { findings.append(BackupMX.startTLSFinding(hello)) }
            let offer = hello.offers("DSN") ? "250 DSN" : "not offered"
            findings.append(Finding("DSN", hello, is: .noOffer("DSN"), evidence: offer))
            let sender = try await dialogue.send("MAIL FROM:<>")
            findings.append(Finding("null sender", sender, is: .acceptance))
            let control = sender.isPositive ? try await dialogue.send("RCPT TO:<\(listed)>") : sender
            _ = try await dialogue.send("RSET")
            for (check, command, expectation) in [
                ("VRFY", "VRFY \(listed)", Expectation.commandRefusal),
                ("ETRN", "ETRN \(domain)", .commandRefusal),
                // This is the last command: Postfix uses the size for the next message too.
                ("oversize", "MAIL FROM:<> SIZE=99999999999", .sizeRefusal),
            ] {
                let reply = try await dialogue.send(command)
                findings.append(Finding(check, reply, is: expectation, after: control))
            }
            return nil
        }
    }

    /// Checks that listed recipients are accepted, at most as many as a rate limit allows, and `postmaster` without a
    /// domain.
    public func recipients() async throws -> [Finding] {
        let all = expected.recipients
        let step = max(1, (all.count + Self.recipientsAsked - 1) / Self.recipientsAsked)
        let asked = stride(from: 0, to: all.count, by: step).map { Attempt("listed \(all[$0])", "<\(all[$0])>") }
        let postmaster = Attempt(BackupMX.barePostmaster.check, "<\(BackupMX.barePostmaster.address)>")
        return try await findings(of: asked + [postmaster], expecting: .acceptance)
    }

    /// Checks that all other recipients are refused: unlisted ones in each domain, and every form that could relay.
    public func strangers() async throws -> [Finding] {
        let unlisted = expected.domains.map { "<\(BackupMX.unlisted)@\($0)>" }
        var findings = try await findings(of: unlisted.map { Attempt("unlisted \($0)", $0) }, expecting: .refusal)
        let forms = RelayAttempt.all(
            domain: domain, listed: String(listed.prefix { $0 != "@" }), hostname: expected.hostname, literals: literals
        )
        // In a domain with a catch-all, every local part is a valid recipient.
        let mine = expected.domains.isEmpty ? "@\(domain)>" : nil
        for sender in Set(forms.map(\.sender)).sorted() {
            let asked = forms.filter { $0.sender == sender }
                .filter { form in mine.map { !form.recipient.hasSuffix($0) } ?? true }
                .map { Attempt($0.name, $0.recipient) }
            findings += try await self.findings(of: asked, from: sender, expecting: .refusal)
        }
        return findings
    }

    /// Checks that senders must identify themselves.
    public func introductions() async throws -> [Finding] {
        let cases = [
            ("HELO without a domain", "EHLO localhost", "<>"),
            ("sender without a domain", Self.hello, "<root>"),
            ("sender of an unknown domain", Self.hello, "<root@\(BackupMX.unlisted).invalid>"),
        ]
        let control: SMTPReply
        switch try await controlSession() {
        case .success(let reply): control = reply
        case .failure(let error): return cases.map { .unchecked($0.0, because: error.description) }
        }
        var findings: [Finding] = []
        for (check, hello, sender) in cases {
            findings += try await connector.findings(of: [check]) { dialogue, findings in
                let reply = try await introduce(hello: hello, sender: sender, in: dialogue)
                findings.append(Finding(check, reply, is: .introductionRefusal, after: control))
                return nil
            }
        }
        return findings
    }

    /// Runs a session that contains nothing to refuse.
    private func controlSession() async throws -> Result<SMTPReply, SMTPError> {
        try await connector.attempt { dialogue in
            let reply = try await introduce(hello: Self.hello, sender: "<>", in: dialogue)
            await dialogue.quit()
            return reply
        }
    }

    /// Returns the reply to RCPT of a listed recipient, or the first earlier reply that was not positive.
    private func introduce(
        hello: String, sender: String, in dialogue: SMTPDialogue
    ) async throws -> SMTPReply {
        var reply = try await dialogue.greeting()
        // Postfix defers its refusal until RCPT (`smtpd_delay_reject`).
        for command in [hello, "MAIL FROM:\(sender)", "RCPT TO:<\(listed)>"] where reply.isPositive {
            reply = try await dialogue.send(command)
        }
        return reply
    }

    /// Checks that a part of a message cannot be taken for the next message (SMTP smuggling): the server must treat an
    /// invalid end of data as text, or refuse it. The connection is closed before the true end.
    public func smuggling() async throws -> [Finding] {
        let ends = [("<LF>.<LF>", "\n.\n"), ("<LF>.<CR><LF>", "\n.\r\n"), ("<CR><LF>.<LF>", "\r\n.\n")]
        var findings: [Finding] = []
        for (name, end) in ends {
            let check = "end of data \(name)"
            switch try await connector.attempt({ try await smuggle(name, end, as: check, in: $0) }) {
            case .success(let finding): findings.append(finding)
            case .failure(let error): findings.append(.unchecked(check, because: error.description))
            }
        }
        return findings
    }

    private func smuggle(
        _ name: String, _ end: String, as check: String, in dialogue: SMTPDialogue
    ) async throws -> Finding {
        var reply = try await dialogue.greeting()
        for command in [Self.hello, "MAIL FROM:<>", "RCPT TO:<\(listed)>", "DATA"] where reply.isPositive {
            reply = try await dialogue.send(command)
        }
        let start = Finding(check, reply, is: .dataStart, evidence: "treated as text")
        guard start.verdict == .pass else { return start }
        try await dialogue.sendRaw("Subject: \(name) is not the end of a message\r\n\r\n\(end)")
        guard let remark = try await dialogue.remark(within: Self.silence) else { return start }
        return Finding(check, remark, is: .bareLineFeedRefusal)
    }

    /// Checks that a client that does not wait for the greeting, as only spam software does, is refused.
    public func impatience() async throws -> [Finding] {
        let check = "commands before the greeting"
        return try await connector.findings(of: [check]) { dialogue, findings in
            try await dialogue.sendRaw("\(Self.hello)\r\nMAIL FROM:<>\r\nRCPT TO:<\(listed)>\r\n")
            let greeting = try await dialogue.greeting()
            var last = greeting
            for _ in 0..<3 where last.isPositive {
                guard let next = try await dialogue.remark(within: Self.silence) else { break }
                last = next
            }
            // A greeting without a later reply proves nothing.
            if last != greeting || !greeting.isPositive {
                findings.append(Finding(check, last, is: .protocolRefusal))
            }
            return nil
        }
    }

    private static var hello: String { "EHLO localhost.localdomain" }

    /// A recipient that is sent, and the name of the check that it makes.
    private struct Attempt {
        var check: String
        /// The argument of `RCPT TO:`.
        var recipient: String

        init(_ check: String, _ recipient: String) { (self.check, self.recipient) = (check, recipient) }
    }

    /// Evaluates attempts by the replies to RCPT, over as many sessions as needed. If the sender is refused, that
    /// refusal is evaluated instead.
    private func findings(
        of attempts: [Attempt], from sender: String = "<>", expecting expectation: Expectation
    ) async throws -> [Finding] {
        var findings: [Finding] = []
        for start in stride(from: 0, to: attempts.count, by: Self.recipientsASession) {
            let asked = attempts[start..<min(start + Self.recipientsASession, attempts.count)]
            findings += try await connector.findings(of: asked.map(\.check)) { dialogue, findings in
                var reply = try await dialogue.greeting()
                for command in [Self.hello, "MAIL FROM:<>"] where reply.isPositive {
                    reply = try await dialogue.send(command)
                }
                guard reply.isPositive else { return reply }
                if expectation == .acceptance {
                    for attempt in asked {
                        let reply = try await dialogue.send("RCPT TO:\(attempt.recipient)")
                        findings.append(Finding(attempt.check, reply, is: expectation))
                    }
                    return nil
                }
                let control = try await dialogue.send("RCPT TO:<\(listed)>")
                if sender != "<>" {
                    _ = try await dialogue.send("RSET")
                    reply = try await dialogue.send("MAIL FROM:\(sender)")
                }
                for attempt in asked {
                    let answer = reply.isPositive ? try await dialogue.send("RCPT TO:\(attempt.recipient)") : reply
                    findings.append(Finding(attempt.check, answer, is: expectation, after: control))
                }
                return nil
            }
        }
        return findings
    }
}
