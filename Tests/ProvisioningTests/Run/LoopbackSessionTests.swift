import Foundation
import MailChecks
import RemoteShell
import Testing

@testable import Alerts
@testable import BackupMX
@testable import ConfigurationFiles
@testable import Engine
@testable import Resources
@testable import Sites

/// Runs the real script in the real shell. The guest is this machine, with another port.
@Suite(.timeLimit(.minutes(5))) struct `A session of the guest with itself` {
    private static let expected = BackupMX(
        recipients: ["you@example.org"], domains: ["example.org"], hostname: "mx.example.org", offersSTARTTLS: true)

    /// The replies of a backup MX.
    @Sendable private static func answer(_ command: String) -> String {
        switch command {
        case "EHLO localhost.localdomain": "250-mx.example.org\r\n250-PIPELINING\r\n250 STARTTLS\r\n"
        case "MAIL FROM:<>", "RCPT TO:<you@example.org>", "RCPT TO:<postmaster>": "250 2.1.0 Ok\r\n"
        case "QUIT": "221 2.0.0 Bye\r\n"
        default: "550 5.1.1 User unknown\r\n"
        }
    }

    private func evaluate(port: Int, patience: Int = 30) async throws -> [VerifiedCheck] {
        let session = LoopbackSession(
            check: BackupMXCheck(Self.expected), host: "guest", port: port, patience: patience)
        let answers = try await CommandBatch.ask([try session.script], through: ProcessShell.local)
        return try await session.evaluate(answers[0])
    }

    private func evaluate(_ server: MailPort, patience: Int = 30) async throws -> [VerifiedCheck] {
        // The port is closed with its object, which must live until the end of the session.
        defer { withExtendedLifetime(server) {} }
        return try await evaluate(port: server.number, patience: patience)
    }

    @Test func `is judged by the replies`() async throws {
        let server = try MailPort(saying: "220 mx.example.org ESMTP\r\n", answering: Self.answer)
        let checks = try await evaluate(server)
        #expect(checks.count == 10 && checks.allSatisfy { $0.verdict == .pass }, "\(checks)")
        let relay = try MailPort(saying: "220 mx.example.org ESMTP\r\n") { command in
            command.contains("elsewhere") ? "250 2.1.5 Ok\r\n" : Self.answer(command)
        }
        let failed = try await evaluate(relay).filter { $0.verdict == .fail }
        #expect(Set(failed.map(\.name)) == ["foreign domain", "percent relay", "bang path"], "\(failed)")
    }

    @Test func `distinguishes a server that is missing, hangs up, or sends nothing`() async throws {
        let gone = try MailPort(saying: "").number
        let nobody = await #expect(throws: ShellError.self) { try await evaluate(port: gone) }
        guard case .noStream("guest", port: gone, let reason)? = nobody else {
            Issue.record("\(String(describing: nobody))")
            return
        }
        #expect(reason.contains("Connection refused"))
        let rude = try MailPort(saying: "220 mx ESMTP\r\n") { _ in nil }
        await #expect(throws: SMTPError.ended(after: "EHLO localhost.localdomain")) {
            try await evaluate(rude)
        }
        let mute = try MailPort(saying: "220 mx ESMTP\r\n") { _ in "" }
        await #expect(throws: SMTPError.silent(after: "EHLO localhost.localdomain", seconds: 1)) {
            try await evaluate(mute, patience: 1)
        }
    }

    @Test func `stops if a reply never ends`() async throws {
        let endless = String(repeating: "250-more\r\n", count: 500)
        let server = try MailPort(saying: "220 mx ESMTP\r\n") { _ in endless }
        await #expect(throws: SMTPError.self) { try await evaluate(server) }
    }

    @Test func `sends nothing that could be two commands`() {
        var expected = Self.expected
        expected.recipients = ["you@example.org>\r\nDATA"]
        let session = LoopbackSession(check: BackupMXCheck(expected), host: "guest")
        #expect(throws: SMTPError.unsendable(command: "RCPT TO:<you@example.org>\r\nDATA>")) { try session.script }
    }
}
