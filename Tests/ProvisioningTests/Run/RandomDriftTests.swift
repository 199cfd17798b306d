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

/// The sh of this machine as a guest.
private struct LocalGuest: GuestConnection {
    func run(_ commands: [RemoteCommand]) async throws -> [CommandResult] {
        try await CommandBatch.run(commands, through: ProcessShell.local)
    }
    func reopened() async throws -> any GuestConnection { self }
    func close() async {}
}

/// The files of a folder represent those of a guest. The scripts and the shell are real.
@Suite(.timeLimit(.minutes(10))) struct `Random drift` {
    private static let seeds = UInt64(ProcessInfo.processInfo.environment["MXPROVISION_TORTURE"] == "1" ? 200 : 50)
    private let scratch = ScratchFolder()

    private struct Dice: RandomNumberGenerator {
        var state: UInt64
        mutating func next() -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return state ^ (state >> 29)
        }
    }

    private func steps() throws -> [Step] {
        let facts = try FileManager.default.attributesOfItem(atPath: scratch.path)
        let user = try #require(facts[.ownerAccountName] as? String)
        let owner = "owner: '\(user):\(try #require(facts[.groupOwnerAccountName] as? String))'"
        let path = scratch.path
        let resources: [any Resource] = [
            try Directory.read("{path: \(path)/etc, mode: '0750', \(owner)}"),
            try ManagedFile.read("{path: \(path)/etc/a, content: \"one\\ntwo\\n\", mode: '0640', \(owner)}"),
            try ManagedFile.read("{path: \(path)/etc/b, content: \"\", \(owner)}"),
            try ManagedFile.read("{path: \(path)/table, content: 'c@d e f', mode: '0600', \(owner)}"),
            try Command.read("{run: [touch, \(path)/etc/made], unless: [test, -e, \(path)/etc/made]}"),
        ]
        return resources.enumerated().map { Step(id: "step-\($0.offset)", line: 1, action: .resource($0.element)) }
    }

    /// Shell commands that an operator might have typed there by mistake.
    private func drift(by dice: inout Dice) -> [Script] {
        let files = ["etc/a", "etc/b", "table", "etc/made"].map { "\(scratch.path)/\($0)" }
        return (0..<Int.random(in: 1...4, using: &dice)).map { _ in
            let file = files.randomElement(using: &dice) ?? ""
            let mode = String(Int.random(in: 0o400...0o777, using: &dice), radix: 8)
            switch Int.random(in: 0..<8, using: &dice) {
            case 0: return "rm -f \(file)"
            case 1: return "rm -rf \(scratch.path + "/etc")"
            case 2: return "[ ! -e \(file) ] || chmod \(mode) \(file)"
            case 3:
                return "[ ! -d \(scratch.path + "/etc") ] || chmod \("7" + mode.dropFirst()) \(scratch.path + "/etc")"
            case 4: return "[ ! -e \(file) ] || printf x >>\(file)"
            case 5: return "[ ! -s \(file) ] || head -c 3 \(file) >\(file + ".cut") && mv -f \(file + ".cut") \(file)"
            case 6: return "[ ! -e \(file) ] || printf '\\000\\377\\n' >\(file)"
            default: return "[ ! -e \(file) ] || touch \(file)"
            }
        }
    }

    @Test func `is repaired by exactly the changes that a plan shows, and then a plan shows none`()
        async throws
    {
        let steps = try steps()
        let stateStore = try StateStore(
            in: StateDirectory(root: scratch.path + "/state").folder(of: SiteAddress(inventory: "a", name: "b")))
        let made = Mutex<[Plan.StepPlan]>([])
        var engine = Engine(guest: LocalGuest(), stateStore: stateStore) { event in
            if case .changed(let step, let changes, _) = event {
                made.withLock { $0.append(.init(step: step, changes: changes)) }
            }
        }
        engine.records = GuestRecordStore(folder: scratch.path + "/guest/run")
        _ = try await engine.apply(try await engine.survey(steps))
        var drifted: UInt64 = 0
        for seed in 1...Self.seeds {
            var dice = Dice(state: seed)
            let drift = drift(by: &dice)
            let told: Comment = "seed \(seed): \(drift.map(\.description))"
            _ = try await CommandBatch.ask(drift, through: ProcessShell.local)
            let survey = try await engine.survey(steps)
            let planned = survey.steps.map(\.planned).filter { !$0.changes.isEmpty }
            drifted += planned.isEmpty ? 0 : 1
            made.withLock { $0 = [] }
            let changed = try await engine.apply(survey).changed
            #expect(changed == planned.count, told)
            #expect(made.withLock(\.self) == planned, told)
            let left = try await engine.survey(steps)
            #expect(left.steps.allSatisfy { !$0.isDrifted }, told)
        }
        #expect(drifted > Self.seeds / 2, "most drift must be detected")
    }
}
