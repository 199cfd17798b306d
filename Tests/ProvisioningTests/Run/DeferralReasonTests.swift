import Foundation
import RemoteShell
import TestSupport
import Testing

@testable import Alerts
@testable import BackupMX
@testable import ConfigurationFiles
@testable import Engine
@testable import Resources
@testable import Sites

/// Runs the real script with stubs for `find` and `postqueue`.
@Suite struct `The reason for deferred mail` {
    private let scratch = ScratchFolder()

    private func program(_ name: String, _ body: String) throws {
        let path = scratch.path + "/" + name
        try Data("#!/bin/sh\n\(body)\n".utf8).write(to: URL(filePath: path))
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
    }

    private func reasons(_ queue: String, exit: Int = 0) async throws -> [DeferralReason] {
        try Data(queue.utf8).write(to: URL(filePath: scratch.path + "/queue"))
        try program("postqueue", "cat \(scratch.path)/queue; exit \(exit)")
        let deferred = scratch.path + "/deferred"
        try FileManager.default.createDirectory(atPath: deferred, withIntermediateDirectories: true)
        try Data().write(to: URL(filePath: deferred + "/4c1"))
        let script = DeferralReason.question(in: deferred)
        let answer = try await ProcessShell.local.run("PATH=\(scratch.path):$PATH\n\(script)")
        return try DeferralReason.reasons(in: answer)
    }

    private func message(_ reasons: String...) -> String {
        let recipients = reasons.map { #"{"address": "a@b.net", "delay_reason": "\#($0)"}"# }
        return #"{"queue_name": "deferred", "queue_id": "4c", "sender": "x@y", "recipients": ["#
            + recipients.joined(separator: ", ") + "]}\n"
    }

    @Test func `is one of the three most frequent, grouped across recipients`() async throws {
        let refused = (1...5).map {
            message("host m[10.1.0.12] said: 550 5.1.1 <u\($0)@b.net>: no (in reply to RCPT TO command)")
        }
        let rest = [
            message("lost connection with m[10.1.0.12]", "lost connection with m[10.1.0.12]", "once"),
            message(#"said: 451 \"busy\" \\ \/ "#), message("twice"), message("twice"), message("twice"),
        ]
        #expect(
            try await reasons((refused + rest).joined()) == [
                DeferralReason(
                    count: 5, text: "host m[10.1.0.12] said: 550 5.1.1 <...>: no (in reply to RCPT TO command)"),
                DeferralReason(count: 3, text: "twice"),
                DeferralReason(count: 2, text: "lost connection with m[10.1.0.12]"),
            ])
        #expect(try await reasons(message(#"said: 451 \"busy\" \\ \/"#)).map(\.text) == [#"said: 451 "busy" \ /"#])
    }

    @Test(arguments: [#"a\n→ b"#, #"a\r\n→ b"#, #"a\u2028→ b"#, #"a\t→ b"#])
    func `is one line, whatever the other host replies`(text: String) async throws {
        #expect(try await reasons(message(text)).map(\.text) == ["a → b"])
    }

    @Test func `is shortened, and a long queue is not read to its end`() async throws {
        let long = try await reasons(message(String(repeating: "x", count: 3000)))
        #expect(long[0].text.count == 400)
        let cut = try await reasons(message(String(repeating: #"\\"#, count: 399) + #"\\"#))
        #expect(cut.count == 1 && cut[0].text.count <= 400)
        let many = try await reasons(String(repeating: message("late"), count: 30000))
        #expect(many == [DeferralReason(count: 20000, text: "late")])
    }

    @Test func `is unknown if the queue cannot be read`() async throws {
        await #expect(throws: UnreadableAnswer.self) { try await reasons("", exit: 69) }
        let failed = DeferralReason.checks(in: CommandResult(exit: 1))
        #expect(failed.map(\.verdict) == [.unchecked])
    }

    @Test func `is empty for an empty queue`() async throws {
        #expect(try await reasons("") == [])
        let answer = try await ProcessShell.local.run(DeferralReason.question(in: "/nonexistent"))
        #expect(try DeferralReason.reasons(in: answer) == [])
        #expect(DeferralReason.checks(in: answer).map(\.verdict) == [.pass])
    }
}
