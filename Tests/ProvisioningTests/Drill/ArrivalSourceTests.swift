import Foundation
import MailChecks
import RemoteShell
import TestSupport
import Testing

@testable import Alerts
@testable import BackupMX
@testable import ConfigurationFiles
@testable import Engine
@testable import Sites

/// Runs real programs with the `sh` of this machine.
@Suite(.timeLimit(.minutes(5))) struct `The source of arrivals` {
    private let scratch = ScratchFolder()
    private let canaries = (1...3).map { Canary(run: "5f0c27a1", number: $0, count: 3) }

    private func message(_ canary: Canary) -> String { canary.message(of: "mx", to: "you@x", at: Date()) }
    private func write(_ text: String, _ name: String) throws -> String {
        let path = "\(scratch.path)/\(name)"
        try Data(text.utf8).write(to: URL(filePath: path))
        return path
    }

    @Test func `can be a program that prints the mailbox and may search for the run`() async throws {
        let mailbox = try write(canaries.map(message).joined() + "From x\nother mail\n", "it's a box")
        let whole = canaries.map { CanaryCopy(number: $0.number, content: .whole(digest: $0.digest)) }
        #expect(try await MailboxProgram(command: ["cat", mailbox]).look(forRun: "5f0c27a1") == whole)
        #expect(try await MailboxProgram(command: ["cat", mailbox]).look(forRun: "00000000") == [])
        // It does not read our standard input: `cat` alone would wait forever.
        #expect(try await MailboxProgram(command: ["cat"]).look(forRun: "5f0c27a1") == [])
        let found = scratch.path + "/run"
        _ = try await MailboxProgram(command: ["sh", "-c", "printf %s \"$MXPROVISION_DRILL\" >\"$0\"", found])
            .look(forRun: "5f0c27a1")
        #expect(try String(contentsOfFile: found, encoding: .utf8) == "5f0c27a1")
    }

    @Test func `is reported with its own error if it cannot be read`() async throws {
        for (command, reason) in [
            (["sh", "-c", "echo no such box >&2; exit 3"], "exit status 3\nno such box"),
            (
                ["sleep", "60"],
                """
                timeout: this machine did not finish within 1 s (waited for the mailbox command)
                → Check the program on this machine. If it only needs more time, use `--program-timeout SECONDS`.
                """
            ),
        ] {
            let program = MailboxProgram(command: command)
            var timeouts = Timeouts()
            if command[0] == "sleep" { timeouts.program = .seconds(1) }
            _ = await Timeouts.with(timeouts) {
                _ = await #expect(throws: DrillError.mailboxUnread(command: command, reason: reason)) {
                    try await program.look(forRun: "5f0c27a1")
                }
            }
        }
    }

    @Test func `can be a log, of which only the run's lines are sent`() async throws {
        func line(_ text: String) -> String { "Nov 24 10:00:00 mail postfix/x[7]: \(text)\n" }
        let old = line("AAAAAA1: message-id=<mxprovision-drill.5f0c27a1.1@mx>")
        let now =
            line("AAAAAA1: to=<you@x>, relay=local, status=sent (delivered)") + line("BBBBBB1: message-id=<other@x>")
            + line("BBBBBB1: to=<you@x>, relay=local, status=sent (delivered)")
            + line("CCCCCC1: message-id=<mxprovision-drill.5f0c27a1.2@mx>") + line("connect from x[192.0.2.1]")
        let path = try write(now, "mail log")
        _ = try write(old, "mail log.1")
        let answer = try await ProcessShell.local.run(PrimaryLogReader.question(of: .file(path), forRun: "5f0c27a1"))
        #expect(answer.exit == 0 && answer.text.split(separator: "\n").count == 3, "\(answer.text)")
        #expect(DeliveryLog.copies(ofRun: "5f0c27a1", in: answer.text).map(\.number) == [1])
        let missing = try await ProcessShell.local.run(
            PrimaryLogReader.question(of: .file(path + "x"), forRun: "5f0c27a1"))
        #expect(missing.exit != 0 && missing.errorText.contains("mail logx"))
    }
}
