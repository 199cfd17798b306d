import Foundation
import HTTPTransport
import Testing

@testable import ProxmoxAPI

@Suite struct `A task` {
    private let task: TaskID
    private let running = WireAnswer.ok(#"{"status":"running"}"#)

    init() throws {
        task = try TaskID(checking: "UPID:pve1:00000C0D:000F1206:69248100:vzclone:100:mx@pve!ctl:")
    }

    private func stopped(_ exit: String) -> WireAnswer { .ok(#"{"status":"stopped","exitstatus":"\#(exit)"}"#) }

    private func outcome(of answers: [Result<WireAnswer, TransportError>], within: Duration = .seconds(60)) async throws
        -> TaskOutcome
    {
        try await Client(Recorded(answers)).outcome(of: task, within: within, on: SkippingClock())
    }

    @Test func `has an id with node, type, subject, start and user`() {
        #expect(task.node.description == "pve1" && task.type == "vzclone" && task.subject == "100")
        #expect(task.start == 0x6924_8100 && task.user == "mx@pve!ctl")
    }

    @Test(arguments: [
        "", "UPID:pve1:00000C0D:000F1206:69248100:vzclone:100:mx@pve!ctl",
        "UPID:pve1:C0D:000F1206:69248100:vzclone:100:u@p:",
        "UPID:../x:00000C0D:000F1206:69248100:vzclone:100:u@p:", "UPID:pve1:00000C0D:000F1206:69248100::100:u@p:",
    ])
    func `has an id in Proxmox's grammar only`(text: String) {
        #expect(throws: InvalidIdentifier.self) { try TaskID(checking: text) }
    }

    @Test func `that ends with OK or warnings has succeeded`() async throws {
        #expect(try await outcome(of: [.success(running), .success(running), .success(stopped("OK"))]) == .ok)
        #expect(try await outcome(of: [.success(stopped("WARNINGS: 2"))]) == .warnings(2))
    }

    @Test func `that fails returns the last lines of its log`() async throws {
        let lines = (1...30).map { #"{"n":\#($0),"t":"line \#($0)"}"# }.joined(separator: ",")
        let outcome = try await outcome(of: [.success(stopped("clone failed: no space")), .success(.ok("[\(lines)]"))])
        #expect(outcome == .failed(reason: "clone failed: no space", log: (11...30).map { "line \($0)" }))
    }

    @Test func `that fails without a log is a failure`() async throws {
        let gone = WireAnswer(status: 500, reason: "no log", body: Data())
        let killed = WireAnswer.ok(#"{"status":"stopped"}"#)
        #expect(
            try await outcome(of: [.success(killed), .success(gone)]) == .failed(reason: "unexpected status", log: []))
    }

    @Test func `is awaited during an outage of the node`() async throws {
        let away = TransportError.unreachable(Client.endpoint, reason: "Connection refused")
        let outage = [Result<WireAnswer, TransportError>](repeating: .failure(away), count: 12)
        #expect(try await outcome(of: outage + [.success(stopped("OK"))]) == .ok)
    }

    @Test func `that does not end in time is not stopped, and is named`() async throws {
        let answers = [Result<WireAnswer, TransportError>](repeating: .success(running), count: 100)
        let wire = Recorded(answers)
        let error = await #expect(throws: APIError.self) {
            try await Client(wire).outcome(of: task, within: .seconds(30), on: SkippingClock())
        }
        #expect(error == .stillRunning(task: task.description, seconds: 30))
        #expect(error?.errorDescription == "the task \(task) has not ended after 30 s")
        // Queried at 0.1 s, 0.15 s, … and then every 3 s.
        #expect((12...24).contains(wire.sent.count))
        #expect(wire.sent.allSatisfy { $0.method == "GET" })
    }

    @Test func `whose node is still unavailable at the timeout reports that`() async throws {
        let away = TransportError.unreachable(Client.endpoint, reason: "Connection refused")
        let outage = [Result<WireAnswer, TransportError>](repeating: .failure(away), count: 300)
        await #expect(throws: APIError(away)) { try await outcome(of: outage, within: .seconds(10)) }
    }
}
