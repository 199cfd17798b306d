import Foundation
import Testing

@testable import MailChecks

@Suite(.timeLimit(.minutes(10))) struct `A backup MX` {
    private let check = BackupMXCheck(
        BackupMX(
            recipients: ["anna@example.org", "postmaster@example.org"], domains: ["example.org"],
            hostname: "backup.example.org"))

    /// The replies of a correct server; a test case replaces some of them.
    private static func right(_ command: String) -> String {
        switch command {
        case _ where command.hasPrefix("EHLO"): "250-backup.example.org\r\n250-STARTTLS\r\n250 SMTPUTF8\r\n"
        case "MAIL FROM:<>": "250 2.1.0 Ok\r\n"
        case "RCPT TO:<anna@example.org>", "RCPT TO:<postmaster@example.org>", "RCPT TO:<postmaster>":
            "250 2.1.5 Ok\r\n"
        case _ where command.hasPrefix("RCPT"): "550 5.1.1 User unknown\r\n"
        case "QUIT": "221 2.0.0 Bye\r\n"
        default: "500 5.5.2 unrecognized\r\n"
        }
    }

    private func evaluate(
        greeting: String? = "220 backup.example.org ESMTP Postfix\r\n",
        _ answer: @escaping @Sendable (String) -> String? = { right($0) }
    ) async throws -> [Finding] {
        try await check.evaluate(
            SMTPDialogue(over: ScriptedServer(greeting: greeting, answer: answer), patience: .milliseconds(500)))
    }

    private func failed(_ findings: [Finding]) -> [String] {
        findings.filter { $0.verdict == .fail }.map(\.check)
    }

    @Test func `that meets all requirements passes all checks`() async throws {
        let findings = try await evaluate()
        #expect(findings.allSatisfy { $0.verdict == .pass })
        #expect(
            findings.map(\.check) == [
                "banner", "STARTTLS", "listed anna@example.org", "listed postmaster@example.org",
                "postmaster without a domain", "unlisted recipient", "subdomain", "foreign domain", "percent relay",
                "bang path", "mail for the host itself",
            ])
        #expect(findings[2].evidence == "250 2.1.5 Ok")
        #expect(findings[5].evidence == "550 5.1.1 User unknown")
    }

    @Test func `is sent no message`() async throws {
        let server = ScriptedServer(greeting: "220 backup.example.org\r\n") { Self.right($0) }
        _ = try await check.evaluate(SMTPDialogue(over: server))
        let verbs = Set(await server.commands.compactMap { $0.split(separator: " ").first.map(String.init) })
        #expect(verbs == ["EHLO", "MAIL", "RCPT", "QUIT\r\n"])
        #expect(await server.commands.count { $0.hasPrefix("RCPT") } <= 9)
    }

    @Test func `gets all commands at once if it offers PIPELINING`() async throws {
        let server = ScriptedServer(greeting: "220 backup.example.org\r\n") { text in
            text.components(separatedBy: "\r\n")
                .map { Self.right($0).replacingOccurrences(of: "SMTPUTF8", with: "PIPELINING") }.joined()
        }
        let findings = try await check.evaluate(SMTPDialogue(over: server))
        #expect(findings.count == 11 && findings.allSatisfy { $0.verdict == .pass })
        let sent = await server.commands
        #expect(sent.count == 2, "EHLO, whose reply says so, and all others")
        #expect(sent.last?.hasSuffix("\r\nQUIT\r\n") == true)
    }

    @Test func `that relays for strangers fails`() async throws {
        let findings = try await evaluate { $0.contains("elsewhere.example") ? "250 2.1.5 Ok\r\n" : Self.right($0) }
        #expect(failed(findings) == ["foreign domain", "percent relay", "bang path"])
    }

    @Test func `that accepts unlisted recipients fails`() async throws {
        let findings = try await evaluate { $0.contains("no-such-") ? "250 2.1.5 Ok\r\n" : Self.right($0) }
        #expect(failed(findings) == ["unlisted recipient"])
    }

    /// If it were forwarded to an external address and refused there, it would bounce to forged senders.
    @Test func `that accepts mail for the host itself from the network fails`() async throws {
        let findings = try await evaluate { $0.hasSuffix("@backup.example.org>") ? "250 2.1.5 Ok\r\n" : Self.right($0) }
        #expect(failed(findings) == ["mail for the host itself"])
    }

    /// RFC 5321, 4.5.1.
    @Test func `that rejects postmaster without a domain fails`() async throws {
        let findings = try await evaluate { $0 == "RCPT TO:<postmaster>" ? "554 5.7.1 no\r\n" : Self.right($0) }
        #expect(failed(findings) == ["postmaster without a domain"])
    }

    @Test func `that accepts for subdomains fails`() async throws {
        let findings = try await evaluate { $0.contains("@sub.") ? "252 2.1.5 perhaps\r\n" : Self.right($0) }
        #expect(failed(findings) == ["subdomain"])
    }

    @Test func `that defers recipients it must reject gets a warning`() async throws {
        let findings = try await evaluate { $0.contains("no-such-") ? "450 4.1.1 later\r\n" : Self.right($0) }
        let warned = findings.filter { $0.verdict != .pass }
        #expect(warned.map(\.check) == ["unlisted recipient"] && warned.map(\.verdict) == [.warn])
        #expect(warned.map(\.evidence) == ["450 4.1.1 later"])
    }

    @Test(arguments: ["450 4.2.0 Greylisted", "550 5.1.1 User unknown"])
    func `that does not accept a listed recipient fails`(answer: String) async throws {
        let findings = try await evaluate { $0.contains("anna@") ? "\(answer)\r\n" : Self.right($0) }
        #expect(failed(findings) == ["listed anna@example.org"])
        #expect(findings.first { $0.verdict == .fail }?.evidence == answer)
    }

    @Test(arguments: [
        "220 other.example.org ESMTP", "554 backup.example.org no", "220", "220 backup.example.organic ESMTP",
    ])
    func `that shows another banner fails`(banner: String) async throws {
        #expect(failed(try await evaluate(greeting: "\(banner)\r\n")) == ["banner"])
    }

    @Test func `may write its name in capitals`() async throws {
        #expect(failed(try await evaluate(greeting: "220 Backup.Example.ORG ESMTP\r\n")) == [])
    }

    @Test func `that offers no STARTTLS fails only if it is expected`() async throws {
        let plain: @Sendable (String) -> String? = { $0.hasPrefix("EHLO") ? "250 backup\r\n" : Self.right($0) }
        #expect(failed(try await evaluate(plain)) == ["STARTTLS"])
        var lenient = check
        lenient.expected.offersSTARTTLS = false
        let server = ScriptedServer(greeting: "220 backup.example.org\r\n", answer: plain)
        #expect(failed(try await lenient.evaluate(SMTPDialogue(over: server))) == [])
    }

    @Test func `that rejects the null sender fails, and passes no other check by it`() async throws {
        let findings = try await evaluate {
            switch $0 {
            case "MAIL FROM:<>": "550 5.7.1 no bounces here\r\n"
            case _ where $0.hasPrefix("RCPT"): "503 5.5.1 need MAIL command\r\n"
            default: Self.right($0)
            }
        }
        #expect(findings.map(\.check) == ["banner", "STARTTLS", "null sender"])
        #expect(failed(findings) == ["null sender"])
    }

    @Test func `that closes the connection without a banner is not evaluated`() async throws {
        await #expect(throws: SMTPError.ended(after: "the connection")) { try await evaluate(greeting: nil) }
    }

    @Test func `that closes the connection during the checks is not evaluated`() async throws {
        await #expect(throws: SMTPError.ended(after: "RCPT TO:<postmaster@sub.example.org>")) {
            try await evaluate { $0.contains("@sub.") ? nil : Self.right($0) }
        }
    }

    @Test func `that sends nothing is not evaluated`() async throws {
        await #expect(throws: SMTPError.silent(after: "MAIL FROM:<>", seconds: 0)) {
            try await evaluate { $0.hasPrefix("MAIL") ? "" : Self.right($0) }
        }
    }

    @Test func `that is not an SMTP server is not evaluated`() async throws {
        await #expect(throws: SMTPError.garbled(after: "the connection", answer: "SSH-2.0-OpenSSH_9.2")) {
            try await evaluate(greeting: "SSH-2.0-OpenSSH_9.2\r\n")
        }
    }

    @Test func `with a catch-all is not tested with unknown recipients`() async throws {
        var open = check
        open.expected.domains = []
        let server = ScriptedServer(greeting: "220 backup.example.org\r\n") { Self.right($0) }
        let findings = try await open.evaluate(SMTPDialogue(over: server))
        #expect(
            findings.map(\.check).suffix(4) == ["subdomain", "foreign domain", "bang path", "mail for the host itself"])
        #expect(await server.commands.contains("RCPT TO:<postmaster@sub.example.org>\r\n"))
        #expect(await server.commands.allSatisfy { !$0.contains("no-such-") && !$0.contains("%") })
    }

    @Test func `that closes the connection at QUIT without a reply is evaluated`() async throws {
        let findings = try await evaluate { $0 == "QUIT" ? nil : Self.right($0) }
        #expect(findings.count == 11)
    }

    @Test func `gets no command from an address that contains several`() async throws {
        var hostile = check
        hostile.expected.recipients = ["a@example.org>\r\nDATA"]
        let server = ScriptedServer(greeting: "220 backup.example.org\r\n") { Self.right($0) }
        await #expect(throws: SMTPError.unsendable(command: "RCPT TO:<a@example.org>\r\nDATA>")) {
            try await hostile.evaluate(SMTPDialogue(over: server))
        }
        #expect(await server.commands.allSatisfy { !$0.contains("DATA") })
    }
}

@Suite struct `An error of a server` {
    @Test(arguments: [
        SMTPError.silent(after: "QUIT", seconds: 30), .ended(after: "QUIT"), .garbled(after: "QUIT", answer: "x"),
        .unsendable(command: "QUIT\n"),
    ])
    func `is reported with its command and advice`(error: SMTPError) throws {
        #expect(try #require(error.errorDescription).contains("QUIT"))
        #expect(error.recoverySuggestion?.isEmpty == false)
    }
}
