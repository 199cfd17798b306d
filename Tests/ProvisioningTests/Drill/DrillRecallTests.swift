import Foundation
import RemoteShell
import Synchronization
import TestSupport
import Testing

@testable import Alerts
@testable import BackupMX
@testable import Engine
@testable import Resources
@testable import Sites

@Suite struct `The remains of an interrupted drill` {
    private let scratch = ScratchFolder()

    private func stateStore(owing command: String?) throws -> StateStore {
        let folder = try StateDirectory(root: scratch.path).folder(of: SiteAddress(inventory: "home", name: "one"))
        let stateStore = try StateStore(in: folder)
        try stateStore.update {
            $0.drill = .init(run: "5f0c27a1", address: "you+x@example.net", since: Date(), start: command)
        }
        return stateStore
    }

    @Test func `are in the state, with the command that starts the primary`() throws {
        let command = "ssh mail 'systemctl start postfix'"
        _ = try stateStore(owing: command)
        // The state that the next process reads.
        let folder = try StateDirectory(root: scratch.path).folder(of: SiteAddress(inventory: "home", name: "one"))
        let state = try folder.state()
        #expect(state.drill?.start == command && state.drill?.holds == "stopped the primary")
    }

    @Test func `include a command that runs until it succeeds, and then never again`() async throws {
        let file = scratch.path + "/it's started"
        let stateStore = try stateStore(owing: "[ -e '\(scratch.path)/ready' ] && echo x >>\"\(file)\"")
        let recall = DrillRecall(site: "one", stateStore: stateStore, report: { _ in })
        await #expect(throws: DrillError.self) { try await recall.startPrimary() }
        #expect(stateStore.state.drill?.start != nil)
        try Data().write(to: URL(filePath: scratch.path + "/ready"))
        #expect(try await recall.startPrimary())
        #expect(
            stateStore.state.drill?.start == nil && stateStore.state.drill?.holds == "held mail to you+x@example.net")
        #expect(try await !recall.startPrimary())
        #expect(try String(contentsOfFile: file, encoding: .utf8) == "x\n")
    }
}

@Suite struct `The canaries in a queue` {
    private func queue(_ text: String) throws -> CanaryQueue {
        try CanaryQueue(CommandResult(exit: 0, output: Data(text.utf8), errors: Data()))
    }

    @Test func `are identified by their ids`() throws {
        let found = try queue(
            """
            {"queue_name": "deferred", "queue_id": "4jYf4g1btLzxRpW", "arrival_time": 1795515731, "message_size": 484, \
            "forced_expire": false, "sender": "MAILER-DAEMON", "recipients": [{"address": "you+x@y.net", \
            "delay_reason": "connect to mx[mxprovision-drill-1]: No such file or directory"}]}
            {"queue_name": "active", "queue_id": "4jYf4g2", "arrival_time": 1, "message_size": 4, "forced_expire": false, \
            "sender": "a@b", "recipients": [{"address": "you+x@y.net"}]}

            """)
        #expect(found.ids == ["4jYf4g1btLzxRpW", "4jYf4g2"])
        #expect(try queue("").ids.isEmpty)
    }

    @Test(arguments: ["postqueue: fatal: x\n", "{}\n", "{\"queue_id\": 4}\n"])
    func `are never guessed`(text: String) {
        #expect(throws: UnreadableAnswer.self) { try queue(text) }
    }
}
