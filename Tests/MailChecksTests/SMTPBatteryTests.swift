import Foundation
import Synchronization
import Testing

@testable import MailChecks

/// A server in memory that is a correct backup MX for `example.org`, except for its holes. A connection is a session.
final class Servers: SMTPConnector {
    typealias Hole = @Sendable (String) -> String?
    /// Instead of a reply: closes the connection.
    static let hangUp = "hang up"

    private let greeting: String?
    let patience: Duration
    /// Wrong replies to some lines.
    private let hole: Hole
    private let sessions = Mutex<[ScriptedServer]>([])

    /// - Parameter greeting: The greeting; nil closes the connection without one.
    init(
        greeting: String? = "220 backup.example.org ESMTP", patience: Duration = .seconds(30),
        hole: @escaping Hole = { _ in nil }
    ) {
        (self.greeting, self.patience, self.hole) = (greeting, patience, hole)
    }

    func withStream<Result: Sendable>(_ body: (any ByteStream) async throws -> Result) async throws -> Result {
        let server = ScriptedServer(greeting: greeting.map { $0.isEmpty ? "" : "\($0)\r\n" }) { [hole] line in
            let reply = hole(line) ?? Self.right(line)
            return reply == Self.hangUp ? nil : reply.map { $0.isEmpty ? "" : "\($0)\r\n" }
        }
        sessions.withLock { $0.append(server) }
        return try await body(server)
    }

    /// All lines of all sessions.
    var commands: [[String]] {
        get async {
            var all: [[String]] = []
            for session in sessions.withLock(\.self) { all.append(await session.commands) }
            return all
        }
    }

    static func right(_ line: String) -> String? {
        switch line {
        case "EHLO localhost": "504 5.5.2 <localhost>: Helo command rejected: need fully-qualified hostname"
        case _ where line.hasPrefix("EHLO localhost.localdomain\r\n"): "554 5.5.0 Error: SMTP protocol synchronization"
        case _ where line.hasPrefix("EHLO"): "250-backup.example.org\r\n250-SIZE 10240000\r\n250 STARTTLS"
        case "VRFY anna@example.org": "502 5.5.1 VRFY command is disabled"
        case "ETRN example.org": "554 5.7.1 Access denied"
        case "MAIL FROM:<> SIZE=99999999999": "552 5.3.4 Message size exceeds fixed limit"
        case _ where line.hasPrefix("MAIL FROM:<root>"): "504 5.5.2 <root>: Sender address rejected"
        case _ where line.contains(".invalid>"): "450 4.1.8 Sender address rejected: Domain not found"
        case _ where line.hasPrefix("MAIL"): "250 2.1.0 Ok"
        case "RCPT TO:<anna@example.org>", "RCPT TO:<postmaster@example.org>", "RCPT TO:<postmaster>": "250 2.1.5 Ok"
        case _ where line.hasPrefix("RCPT"): "554 5.7.1 Relay access denied"
        case "DATA": "354 End data with <CR><LF>.<CR><LF>"
        case _ where line.hasPrefix("Subject:"): ""
        case "QUIT": "221 2.0.0 Bye"
        default: "502 5.5.2 Error: command not recognized"
        }
    }
}

@Suite(.timeLimit(.minutes(10))) struct `The battery of a backup MX` {
    private static let expected = BackupMX(
        recipients: ["anna@example.org", "postmaster@example.org"], domains: ["example.org"],
        hostname: "backup.example.org")

    private func battery(_ servers: Servers, _ expected: BackupMX = expected) -> SMTPBattery<Servers> {
        SMTPBattery(expected, literals: ["[192.0.2.25]"], through: servers)
    }

    private func all(_ servers: Servers) async throws -> [Finding] {
        let battery = battery(servers)
        return try await battery.manners() + battery.recipients() + battery.strangers() + battery.introductions()
            + battery.impatience()
    }

    @Test func `passes a correct server`() async throws {
        let findings = try await all(Servers())
        #expect(findings.filter { $0.verdict != .pass } == [])
    }

    @Test(arguments: ["anna", "postmaster"])
    func `tests at least forty-five relay attempts, each once`(listed: String) {
        let forms = RelayAttempt.all(
            domain: "example.org", listed: listed, hostname: "backup.example.org", literals: ["[192.0.2.25]"])
        #expect(forms.count >= 45)
        #expect(Set(forms).count == forms.count)
        #expect(forms.contains { $0.recipient == "<anna>" } == (listed == "anna"))
        #expect(!forms.contains { $0.recipient == "<postmaster>" })
    }

    @Test func `tests at most eight recipients per session, and ends every session`() async throws {
        let servers = Servers()
        let battery = battery(servers)
        _ = try await battery.recipients() + battery.strangers()
        let sessions = await servers.commands
        #expect(sessions.count > 6)
        #expect(sessions.allSatisfy { $0.count { $0.hasPrefix("RCPT") } <= 8 && $0.last == "QUIT\r\n" })
    }

    @Test func `stays below a rate limit with many recipients`() async throws {
        var many = Self.expected
        many.recipients = (1...1000).map { "user\($0)@example.org" }
        let findings = try await battery(Servers { $0.hasPrefix("RCPT TO:<user") ? "250 2.1.5 Ok" : nil }, many)
            .recipients()
        #expect(findings.count == 92 && findings.allSatisfy { $0.verdict == .pass })
        #expect(Set(findings.map(\.check)).count == findings.count)
    }

    struct Case: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var verdict = Finding.Verdict.fail
        var check: String
        var hole: Servers.Hole

        init(_ name: String, _ check: String, _ verdict: Finding.Verdict = .fail, _ hole: @escaping Servers.Hole) {
            (testDescription, self.check, self.verdict, self.hole) = (name, check, verdict, hole)
        }
    }

    static let holes = [
        Case("a listed recipient refused", "listed postmaster@example.org") {
            $0.contains("postmaster@example.org>") ? "550 5.1.1 no" : nil
        },
        Case("VRFY", "VRFY") { $0.hasPrefix("VRFY") ? "252 2.0.0 anna" : nil },
        Case("ETRN", "ETRN") { $0.hasPrefix("ETRN") ? "250 Queuing started" : nil },
        Case("DSN", "DSN") { $0.hasPrefix("EHLO") ? "250-backup.example.org\r\n250-DSN\r\n250 STARTTLS" : nil },
        Case("no STARTTLS", "STARTTLS") { $0.hasPrefix("EHLO") ? "250 backup.example.org" : nil },
        Case("no size limit", "oversize") { $0.hasPrefix("MAIL FROM:<> SIZE") ? "250 2.1.0 Ok" : nil },
        Case("no bounces", "null sender") { $0 == "MAIL FROM:<>" ? "550 5.7.1 no" : nil },
        Case("a percent relay", "RCPT TO:<victim%elsewhere.example@example.org>") {
            $0.contains("victim%elsewhere.example@example.org") ? "250 2.1.5 Ok" : nil
        },
        Case("subdomains", "RCPT TO:<anna@sub.example.org>") {
            $0.hasSuffix("@sub.example.org>") ? "250 2.1.5 Ok" : nil
        },
        Case("puts off strangers", "RCPT TO:<victim@elsewhere.example>", .warn) {
            $0.hasSuffix("victim@elsewhere.example>") ? "454 4.7.1 Relay access denied" : nil
        },
        Case("mail for its administrator", "RCPT TO:<root@backup.example.org>") {
            $0.contains("TO:<root@backup.") ? "250 2.1.5 Ok" : nil
        },
        Case("mail for its mailer", "RCPT TO:<MAILER-DAEMON@backup.example.org>") {
            $0.contains("MAILER-DAEMON") ? "250 2.1.5 Ok" : nil
        },
        Case("mail for its probes' sender", "RCPT TO:<double-bounce@backup.example.org>") {
            $0.contains("double-bounce") ? "250 2.1.5 Ok" : nil
        },
        Case("no postmaster", "postmaster without a domain") {
            $0 == "RCPT TO:<postmaster>" ? "554 5.7.1 Relay access denied" : nil
        },
        Case("any HELO", "HELO without a domain", .warn) { $0 == "EHLO localhost" ? "250 backup" : nil },
    ]

    @Test(arguments: holes)
    func `finds a hole`(_ hole: Case) async throws {
        let found = try await all(Servers(hole: hole.hole)).filter { $0.verdict == hole.verdict }.map(\.check)
        #expect(found.contains(hole.check), "\(found)")
    }

    @Test func `tests no unknown recipient in a catch-all domain`() async throws {
        var open = Self.expected
        open.domains = []
        let servers = Servers { $0.hasSuffix("@example.org>") ? "250 2.1.5 Ok" : nil }
        let findings = try await battery(servers, open).strangers()
        #expect(findings.count > 30 && findings.allSatisfy { $0.verdict == .pass })
    }

    @Test func `finds a relay that checks only the sender`() async throws {
        let sender = Mutex("")
        let servers = Servers { line in
            if line.hasPrefix("MAIL") { sender.withLock { $0 = line } }
            let isOwn = sender.withLock { $0 == "MAIL FROM:<anna@example.org>" }
            return line.hasPrefix("RCPT") && isOwn ? "250 2.1.5 Ok" : nil
        }
        let failed = try await battery(servers).strangers().filter { $0.verdict == .fail }.map(\.check)
        #expect(failed == ["MAIL FROM:<anna@example.org> RCPT TO:<victim@elsewhere.example>"])
    }

    @Test(arguments: [("250 2.0.0 Ok: queued as 4X", Finding.Verdict.fail), ("521 5.5.2 bare <LF>", .pass)])
    func `evaluates the reply to a false end of data`(reply: String, verdict: Finding.Verdict) async throws {
        let findings = try await battery(Servers { $0.contains("Subject: <LF>.<CR><LF>") ? reply : nil }).smuggling()
        #expect(findings.map(\.check) == ["<LF>.<LF>", "<LF>.<CR><LF>", "<CR><LF>.<LF>"].map { "end of data \($0)" })
        #expect(findings.map(\.verdict) == [.pass, verdict, .pass])
        #expect(findings.map(\.evidence) == ["treated as text", reply, "treated as text"])
    }

    @Test func `completes no message`() async throws {
        let servers = Servers()
        _ = try await battery(servers).smuggling()
        #expect(await servers.commands.allSatisfy { !$0.contains { $0.contains("\r\n.\r\n") } })
    }

    @Test func `warns of a server that lets clients talk before its greeting`() async throws {
        let eager = Servers { $0.hasPrefix("EHLO localhost.localdomain\r\n") ? "250 a\r\n250 b\r\n250 c" : nil }
        let warned = try await battery(eager).impatience()
        #expect(warned.map(\.verdict) == [.warn] && warned.map(\.evidence) == ["250 c"])
        #expect(try await battery(Servers()).impatience().map(\.verdict) == [.pass])
        let early = Servers(greeting: "554 5.5.0 Error: SMTP protocol synchronization")
        #expect(try await battery(early).impatience().map(\.verdict) == [.pass], "Postfix refuses at its greeting")
        let closed = Servers(greeting: "554 5.3.2 No SMTP service here")
        #expect(try await battery(closed).impatience().map(\.verdict) == [.unchecked])
    }
}
