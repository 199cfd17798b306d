import Foundation
import RemoteShell
import Synchronization
import TestSupport
import Testing

@testable import Alerts
@testable import BackupMX
@testable import ConfigurationFiles
@testable import Engine
@testable import Resources
@testable import Sites

/// A file with one line: the smallest resource.
private struct Line: Resource {
    static let kind = "line"
    var path: String
    var text: String
    var remedyText: String?
    var owes: [Handler] = []
    var begins: Set<String> = []
    var exit = 0

    init(
        _ path: String, _ text: String, writes remedyText: String? = nil, owes: [Handler] = [],
        begins: Set<String> = [], exit: Int = 0
    ) {
        self.path = path
        self.text = text
        self.remedyText = remedyText
        self.owes = owes
        self.begins = begins
        self.exit = exit
    }

    init(_ parameters: inout Parameters) { self.init(parameters.string("path"), parameters.string("text")) }

    var probe: Script { "cat \(path)" }
    func observation(from answer: CommandResult) throws -> String? { answer.exit == 0 ? answer.text : nil }
    func changes(from observed: String?) -> [Change] {
        observed == text ? [] : [Change(path, from: observed, to: text)]
    }
    func repair(for observed: String?) -> Script { "printf %s \(remedyText ?? text) >\(path); exit \(exit)" }
    func triggers(after changes: [Change]) -> [Handler] { owes }
    func services(begunAfter observed: String?) -> Set<String> { begins }
}

/// A file whose content must be enrolled on another host first.
private struct Guarded: EnrollsKey {
    static let kind = "guarded"
    var folder: String

    init(_ folder: String) { self.folder = folder }
    init(_ parameters: inout Parameters) { self.init(parameters.string("folder")) }

    var probe: Script { "cat \(folder + "/own")" }
    func observation(from answer: CommandResult) throws -> String { answer.text }
    func changes(from observed: String) -> [Change] { observed == "key" ? [] : [Change("own", from: nil, to: "key")] }
    func enrollment(before changes: [Change]) -> Script? { changes.isEmpty ? nil : "printf key" }
    func keyEnrollment(from answer: CommandResult) throws -> KeyEnrollment {
        KeyEnrollment(script: "printf %s \(answer.text) >\(folder + "/theirs")", line: answer.text)
    }
    func repair(for observed: String) -> Script { "cp \(folder + "/theirs") \(folder + "/own")" }
}

/// A file that can be created only if another one exists.
private struct Wait: Deferrable {
    static let kind = "wait"
    var path: String

    init(path: String) { self.path = path }
    init(_ parameters: inout Parameters) { self.init(path: parameters.string("path")) }

    var probe: Script { "[ -e \(path) ]" }
    func observation(from answer: CommandResult) throws -> Bool { answer.exit == 0 }
    func changes(from observed: Bool) -> [Change] { observed ? [] : [Change(path, from: nil, to: "there")] }
    func repair(for observed: Bool) -> Script {
        "[ -e \(path + "-authority") ] || { echo 'the authority is away' >&2; exit 75; }; : >\(path)"
    }
}

/// The local `sh`, which counts its round trips.
private final class LocalGuest: GuestConnection {
    let trips = Mutex(0)
    let scripts = Mutex<[Script]>([])
    /// The progress that was shown while each script ran.
    let names = Mutex<[String?]>([])
    let verifications = Mutex(0)
    private let verdict: VerifiedCheck.Verdict
    /// The exit command of a verification's script.
    private let exit: Int

    init(verdict: VerifiedCheck.Verdict = .pass, exit: Int = 0) { (self.verdict, self.exit) = (verdict, exit) }

    func run(_ commands: [RemoteCommand]) async throws -> [CommandResult] {
        trips.withLock { $0 += 1 }
        scripts.withLock { $0 += commands.map(\.script) }
        names.withLock { $0 = commands.map(\.name) }
        return try await CommandBatch.run(commands, through: ProcessShell.local)
    }
    func reopened() async throws -> any GuestConnection { self }
    /// A verification that passes or fails, and counts its runs.
    var verification: any Verification {
        SampleVerification(exit: exit, verdict: verdict) { self.verifications.withLock { $0 += 1 } }
    }
    func close() async {}
}

@Suite struct `The engine` {
    let scratch = ScratchFolder()
    private let guest = LocalGuest()

    private func stateStore() throws -> StateStore {
        try StateStore(in: StateDirectory(root: scratch.path).folder(of: SiteAddress(inventory: "home", name: "a")))
    }

    /// The path of the guest's record.
    private var records: GuestRecordStore { GuestRecordStore(folder: scratch.path + "/guest/run") }

    private func engine(
        _ stateStore: StateStore, guest: LocalGuest? = nil, _ report: @escaping EventHandler = { _ in }
    ) -> Engine {
        var engine = Engine(guest: guest ?? self.guest, stateStore: stateStore, report: report)
        engine.records = records
        return engine
    }

    /// The guest's record.
    private func record() async throws -> GuestRecord {
        GuestRecord(try await ProcessShell.local.run(records.probe))
    }

    private func step(_ id: String, _ line: Line) -> Step { Step(id: id, line: 1, action: .resource(line), then: []) }

    private var path: String { scratch.path + "/line" }

    @Test func `changes nothing on a second run, in one round trip`() async throws {
        let engine = engine(try stateStore())
        let steps = [step("one", Line(path, "a")), step("two", Line(path + "2", "b"))]
        #expect(try await engine.apply(engine.survey(steps)).changed == 2)
        let trips = guest.trips.withLock { $0 }
        #expect(try await engine.apply(engine.survey(steps)).changed == 0)
        #expect(guest.trips.withLock { $0 } - trips == 1)
    }

    @Test func `drops earlier handlers of a service that a repair starts`() async throws {
        let stateStore = try stateStore()
        let engine = engine(stateStore)
        let steps = [
            step("config", Line(path, "a", owes: [Handler(.restart, "one"), Handler(.reload, "two")])),
            step("service", Line(path + "2", "b", begins: ["one"])),
            step("late", Line(path + "3", "c", owes: [Handler(.reload, "one")])),
            step("failing", Line(path + "4", "d", begins: ["one", "two"], exit: 1)),
        ]
        await #expect(throws: RunError.self) { try await engine.apply(try await engine.survey(steps)) }
        #expect(try await record().pending == [Handler(.reload, "two"), Handler(.reload, "one")])
    }

    @Test func `assigns a change to the earlier of two steps`() async throws {
        let engine = engine(try stateStore())
        let steps = [step("one", Line(path, "a")), step("same", Line(path, "a")), step("other", Line(path + "2", "b"))]
        let survey = try await engine.survey(steps)
        #expect(survey.steps.map(\.assessment.changes.count) == [1, 0, 1])
        #expect(try await engine.apply(survey).changed == 2)
        #expect(try await engine.survey(steps).steps.allSatisfy { $0.assessment == .converged })
    }

    @Test func `repairs many steps in one round trip between two surveys`() async throws {
        let engine = engine(try stateStore())
        let steps = (0..<3).map { step("step\($0)", Line(path + "\($0)", "x")) }
        _ = try await engine.apply(engine.survey(steps))
        #expect(guest.trips.withLock { $0 } == 3)
    }

    @Test func `runs handlers in the round trip of the last repair, and keeps failed ones pending`() async throws {
        let stateStore = try stateStore()
        let trigger = Handler(.restart, "mxprovision-no-such-unit")
        let steps = [
            step("one", Line(path, "a", owes: [trigger])), step("two", Line(path + "2", "b")),
        ]
        let events = Mutex<[Event]>([])
        let engine = engine(stateStore) { event in events.withLock { $0.append(event) } }
        let survey = try await engine.survey(steps)
        let error = await #expect(throws: RunError.self) { try await engine.apply(survey) }
        guard case .handlerFailed(trigger, _)? = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(guest.trips.withLock { $0 } == 2)
        #expect(try await record().pending == [trigger])
        #expect(events.withLock { $0 }.compactMap(\.changedStep) == ["one", "two"])
    }

    @Test func `names the step or handler of each script in a round trip`() async throws {
        let trigger = Handler(.restart, "mxprovision-no-such-unit")
        let steps = [step("one", Line(path, "a", owes: [trigger])), step("two", Line(path + "2", "b"))]
        let engine = engine(try stateStore())
        let survey = try await engine.survey(steps)
        await #expect(throws: RunError.self) { try await engine.apply(survey) }
        #expect(guest.names.withLock { $0 } == [nil, "one", "one", "two", "two", trigger.description, nil])
    }

    @Test func `stops after a failed repair and reports the changes before it`() async throws {
        let stateStore = try stateStore()
        let trigger = Handler(.restart, "mxprovision-no-such-unit")
        let steps = [
            step("one", Line(path, "a", owes: [trigger])), step("two", Line(path + "2", "b", exit: 3)),
            step("three", Line(path + "3", "c")),
        ]
        let events = Mutex<[Event]>([])
        let engine = engine(stateStore) { event in events.withLock { $0.append(event) } }
        let survey = try await engine.survey(steps)
        await #expect(throws: RunError.repairFailed(step: "two", exit: 3, errors: "")) {
            try await engine.apply(survey)
        }
        let seen = events.withLock { $0 }
        #expect(seen.compactMap(\.changedStep) == ["one"])
        #expect(!seen.contains(.changing(step: "three", [Change(path + "3", from: nil, to: "c")])))
        #expect(!FileManager.default.fileExists(atPath: path + "3"))
        #expect(try await record().pending == [trigger])
    }

    @Test func `verifies in the round trip of the last repair, after all probes`() async throws {
        let stateStore = try stateStore()
        let verification = guest.verification
        let steps = [
            step("one", Line(path, "a")), step("two", Line(path + "2", "b")),
            Step(id: "verify", line: 3, action: .verification(verification), then: []),
        ]
        let engine = engine(stateStore)
        #expect(try await engine.apply(engine.survey(steps)).changed == 2)
        #expect(guest.trips.withLock { $0 } == 3, "survey, repairs with verification, and the record of the proof")
        let asked: [Script] = ["cat \(path)", "cat \(path + "2")"]
        #expect(guest.scripts.withLock { $0 }.dropLast().suffix(3) == asked + ["exit 0"])
        #expect(
            guest.scripts.withLock { $0.count { $0 == asked[1] } } == 2,
            "not directly after its repair, and then once more")
        #expect(guest.verifications.withLock { $0 } == 1)
        #expect(try await !record().needsVerification)
    }

    @Test func `keeps a verification pending if it fails in the round trip of a repair`() async throws {
        let stateStore = try stateStore()
        func steps(for guest: LocalGuest) -> [Step] {
            [
                step("one", Line(path, "a")),
                Step(id: "verify", line: 3, action: .verification(guest.verification), then: []),
            ]
        }
        for guest in [LocalGuest(verdict: .fail), LocalGuest(verdict: .unchecked), LocalGuest(exit: 1)] {
            try? FileManager.default.removeItem(atPath: path)
            let engine = engine(stateStore, guest: guest)
            await #expect(throws: RunError.self) { try await engine.apply(engine.survey(steps(for: guest))) }
            #expect(try await record().needsVerification)
        }
        let engine = engine(stateStore)
        #expect(try await engine.apply(engine.survey(steps(for: guest))).changed == 0)
        #expect(guest.verifications.withLock { $0 } == 1, "the next run must repeat it")
    }

    @Test func `runs equal probes of several steps once`() async throws {
        let engine = engine(try stateStore())
        let steps = [step("one", Line(path, "a")), step("same", Line(path, "a")), step("other", Line(path + "2", "b"))]
        _ = try await engine.survey(steps)
        #expect(guest.scripts.withLock { $0 }.dropFirst(2) == ["cat \(path)", "cat \(path + "2")"])
    }

    @Test func `does not trust exit status 0 of the last repair before a verification`()
        async throws
    {
        let engine = engine(try stateStore())
        let verification = guest.verification
        let steps = [
            step("lie", Line(path, "truth", writes: "no")),
            Step(id: "verify", line: 2, action: .verification(verification), then: []),
        ]
        await #expect(throws: RunError.didNotConverge(step: "lie", [Change(path, from: "no", to: "truth")])) {
            try await engine.apply(engine.survey(steps))
        }
        #expect(try await record().needsVerification)
    }

    @Test func `does not trust exit status 0 of a repair`() async throws {
        let engine = engine(try stateStore())
        let steps = [step("lie", Line(path, "truth", writes: "no"))]
        await #expect(throws: RunError.didNotConverge(step: "lie", [Change(path, from: "no", to: "truth")])) {
            try await engine.apply(engine.survey(steps))
        }
    }

    @Test func `detects a step that undoes an earlier one`() async throws {
        let engine = engine(try stateStore())
        let steps = [step("one", Line(path, "a")), step("two", Line(path, "b"))]
        await #expect(throws: RunError.undone(step: "one", [Change(path, from: "b", to: "a")])) {
            try await engine.apply(engine.survey(steps))
        }
    }

    @Test func `reports a failed repair with its output`() async throws {
        let engine = engine(try stateStore())
        let steps = [step("bad", Line("/nonexistent/x", "a"))]
        let error = await #expect(throws: RunError.self) { try await engine.apply(engine.survey(steps)) }
        guard case .repairFailed("bad", let exit, let errors) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(exit != 0)
        #expect(errors.contains("/nonexistent/x"))
    }

    @Test func `records pending handlers before a repair runs`() async throws {
        let stateStore = try stateStore()
        let trigger = Handler(.reload, "postfix")
        let verification = guest.verification
        let steps = [
            step("dies", Line("/nonexistent/x", "a", owes: [trigger])),
            Step(id: "verify", line: 2, action: .verification(verification), then: []),
        ]
        let engine = engine(stateStore)
        await #expect(throws: RunError.self) { try await engine.apply(engine.survey(steps)) }
        let reread = try await record()
        #expect(reread.pending == [trigger])
        #expect(reread.needsVerification)
        #expect(reread.created == ["dies line"])
    }

    @Test func `verifies after a change, and not if nothing changed`() async throws {
        let engine = engine(try stateStore())
        let verification = guest.verification
        let steps = [
            step("one", Line(path, "a")),
            Step(id: "verify", line: 2, action: .verification(verification), then: []),
            step("later", Line(path + "-later", "b")),
        ]
        _ = try await engine.apply(engine.survey(steps))
        #expect(guest.verifications.withLock { $0 } == 1)
        #expect(try await !record().needsVerification)
        _ = try await engine.apply(engine.survey(steps))
        #expect(guest.verifications.withLock { $0 } == 1)
    }

    @Test func `defers a step that waits for another host, and continues`() async throws {
        let stateStore = try stateStore()
        let events = Mutex<[Event]>([])
        let engine = engine(stateStore) { event in events.withLock { $0.append(event) } }
        let wait = Wait(path: path)
        let steps = [
            Step(id: "wait", line: 1, action: .resource(wait)), step("later", Line(path + "-later", "b")),
        ]
        #expect(try await engine.apply(engine.survey(steps)).changed == 1)
        #expect(events.withLock { $0 }.contains(.deferred(step: "wait", reason: "the authority is away")))
        #expect(FileManager.default.fileExists(atPath: path + "-later"))

        #expect(try await engine.apply(engine.survey(steps)).changed == 0, "it is retried and fails again")
        #expect(events.withLock { $0.count { $0 == .deferred(step: "wait", reason: "the authority is away") } } == 2)

        try Data().write(to: URL(filePath: path + "-authority"))
        #expect(try await engine.apply(engine.survey(steps)).changed == 1)
        #expect(try await engine.apply(engine.survey(steps)).changed == 0)
    }

    @Test func `defers no other step`() async throws {
        let engine = engine(try stateStore())
        let steps = [step("line", Line(path, "a", writes: "a", owes: [], exit: Postponement.exit))]
        await #expect(throws: RunError.repairFailed(step: "line", exit: Postponement.exit, errors: "")) {
            try await engine.apply(engine.survey(steps))
        }
    }

    @Test func `stops at a failed verification and keeps it pending`() async throws {
        let stateStore = try stateStore()
        let open = LocalGuest(verdict: .fail)
        let engine = engine(stateStore, guest: open)
        let verification = open.verification
        let firewall = path + "-firewall"
        let steps = [
            step("one", Line(path, "a")),
            Step(id: "verify", line: 2, action: .verification(verification), then: []),
            step("firewall", Line(firewall, "open")),
        ]
        await #expect(throws: RunError.self) { try await engine.apply(engine.survey(steps)) }
        #expect(!FileManager.default.fileExists(atPath: firewall))
        #expect(try await record().needsVerification)
    }

    @Test func `enrolls the guest's key at another host once, before the repair that needs it`() async throws {
        let steps = [Step(id: "pull", line: 1, action: .resource(Guarded(scratch.path)))]
        let told = Mutex(0)
        var engine = engine(try stateStore())
        engine.introduce = { keyEnrollment in
            told.withLock { $0 += 1 }
            _ = try await ProcessShell.local.run(keyEnrollment.script)
        }
        #expect(try await engine.apply(engine.survey(steps)).changed == 1)
        #expect(try await engine.apply(engine.survey(steps)).changed == 0)
        #expect(told.withLock { $0 } == 1)
    }
}
