import Foundation
import RemoteShell
import Synchronization
import TestSupport
import Testing

@testable import ConfigurationFiles
@testable import Engine
@testable import Resources

/// The local `sh`, which counts its round trips.
private final class CountingGuest: GuestConnection {
    let name = "guest"
    let trips = Mutex(0)

    func run(_ commands: [RemoteCommand]) async throws -> [CommandResult] {
        trips.withLock { $0 += 1 }
        return try await CommandBatch.run(commands, through: ProcessShell.local)
    }
    func reopened() async throws -> any GuestConnection { self }
    func close() async {}
}

/// A file that exists.
private struct Mark: Resource {
    static let kind = "mark"
    var path: String

    init(path: String) { self.path = path }
    init(_ parameters: inout Parameters) { self.init(path: parameters.string("path")) }

    var probe: Script { "[ -e \(path) ]" }
    func observation(from answer: CommandResult) throws -> Bool { answer.exit == 0 }
    func changes(from observed: Bool) -> [Change] { observed ? [] : [Change(path, from: nil, to: "there")] }
    func repair(for observed: Bool) -> Script { ": >\(path)" }
}

@Suite struct `A playbook with several verifications` {
    private let scratch = ScratchFolder()
    private let guest = CountingGuest()

    private func engine() throws -> Engine {
        let folder = try StateDirectory(root: scratch.path).folder(of: SiteAddress(inventory: "home", name: "a"))
        return Engine(
            guest: guest, stateStore: try StateStore(in: folder), report: { _ in },
            records: GuestRecordStore(folder: scratch.path + "/guest/run"))
    }

    private func record() async throws -> GuestRecord {
        GuestRecord(try await ProcessShell.local.run(GuestRecordStore(folder: scratch.path + "/guest/run").probe))
    }

    private func file(_ id: String) -> Step {
        Step(id: id, line: 1, action: .resource(Mark(path: scratch.path + "/" + id)))
    }

    /// A verification that passes if a file exists, and appends its name to the file `log`.
    private func check(_ id: String, needs name: String) throws -> Step {
        var parameters = try Parameters(
            yaml:
                "{name: \(id), command: [sh, -c, 'echo \(id) >>\(scratch.path)/log; test -e \(scratch.path)/\(name)']}")
        return Step(id: id, line: 1, action: .verification(CommandCheck(&parameters)))
    }

    private func log() -> [String] {
        let text = (try? String(contentsOfFile: scratch.path + "/log", encoding: .utf8)) ?? ""
        return text.split(separator: "\n").map(String.init)
    }

    @Test func `runs them in order in the round trip of the last repair`() async throws {
        let engine = try engine()
        let steps = [file("one"), try check("a", needs: "one"), try check("b", needs: "one")]
        let result = try await engine.apply(engine.survey(steps))
        #expect(log() == ["a", "b"])
        #expect(result.proof?.checks.map(\.name) == ["a", "b"])
        #expect(guest.trips.withLock { $0 } == 3, "survey, repair with verifications, and the record of the proof")
        #expect(try await !record().needsVerification)
        #expect(try await engine.apply(engine.survey(steps)).proof == nil)
        #expect(log() == ["a", "b"])
    }

    @Test func `reports the failed checks of all of them`() async throws {
        let engine = try engine()
        let steps = [
            file("one"), try check("a", needs: "none"), try check("b", needs: "one"), try check("c", needs: "none"),
        ]
        let error = await #expect(throws: RunError.self) { try await engine.apply(engine.survey(steps)) }
        guard case .misbehaves(["a", "c"], let failed)? = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(failed.map(\.name) == ["a", "c"])
        #expect(error?.errorDescription == "steps `a`, `c`: verification failed (2 checks); nothing was published")
        #expect(try await record().needsVerification)
    }

    @Test func `repeats the earlier ones after a later change`() async throws {
        let engine = try engine()
        let steps = [
            file("one"), try check("a", needs: "one"), file("two"), try check("b", needs: "two"),
        ]
        let result = try await engine.apply(engine.survey(steps))
        #expect(log() == ["a", "a", "b"])
        #expect(result.proof?.checks.map(\.name) == ["a", "b"])
        #expect(try await !record().needsVerification)
    }

    @Test func `stays unverified if a later one fails`() async throws {
        let engine = try engine()
        func steps(_ needed: String) throws -> [Step] {
            [file("one"), try check("a", needs: "one"), file("two"), try check("b", needs: needed)]
        }
        await #expect(throws: RunError.self) { try await engine.apply(engine.survey(steps("none"))) }
        #expect(try await record().needsVerification)
        #expect(try await engine.apply(engine.survey(steps("two"))).proof?.checks.count == 2)
        #expect(try await !record().needsVerification)
    }

    @Test func `verifies all of them before something outside the guest is published`() async throws {
        let steps = [try check("a", needs: "."), file("one"), try check("b", needs: ".")]
        #expect(try await engine().verify(steps).checks.map(\.name) == ["a", "b"])
        #expect(guest.trips.withLock { $0 } == 1)
    }

    /// A script that ends with another status stops the batch.
    @Test func `does not take a check for passed that did not run`() async throws {
        let broken = Step(id: "broken", line: 1, action: .verification(SampleVerification(exit: 1)))
        let error = await #expect(throws: RunError.self) {
            try await engine().verify([broken, check("b", needs: ".")])
        }
        guard case .misbehaves(let steps, let failed)? = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(steps == ["broken", "b"])
        #expect(failed.map(\.verdict) == [.fail, .unchecked])
        #expect(log() == [])
    }
}
