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

/// A guest that returns the same result for every script, and records the scripts.
private final class Parrot: GuestConnection {
    let asked = Mutex(0)
    let answer: CommandResult

    init(_ answer: CommandResult) { self.answer = answer }

    func run(_ commands: [RemoteCommand]) async throws -> [CommandResult] {
        asked.withLock { $0 += commands.count }
        return commands.map { _ in answer }
    }
    func reopened() async throws -> any GuestConnection { self }
    func close() async {}
}

@Suite struct `An invalid reply` {
    private let scratch = ScratchFolder()

    static let answers: [CommandResult] = [
        .said(""), .said("\n"), .said("\u{0}\u{1b}[2J\u{7}"), .said("\u{0}\n\u{0}\n\u{0}\n"), .said("\n\n\n\n\n\n\n"),
        CommandResult(exit: 0, output: Data([0xff, 0xfe, 0x0a, 0xc3])),
        .said("a b\nc d\ne f\ng h\n"), .said("-1\n"), .said("==\n"), .said("=\n\n=\n"),
        .said(String(repeating: "9", count: 400) + "\n"),
        .said("", exit: 255, errors: "Connection reset by peer"), .said("", exit: 137), .said("", exit: 2),
        .said("", exit: 1, errors: "sh: 0: Cannot fork"), .said("yes", exit: 126),
        .said("bash: warning: setlocale: LC_ALL: cannot change locale\n"),
    ]

    @Test(arguments: Sample.all)
    func `is an error that names the step, and never a change or an absence`(_ sample: Sample) async throws {
        let resource = try #require(try sample.resources(with: "a.net").last)
        let stateStore = try StateStore(
            in: StateDirectory(root: scratch.path).folder(of: SiteAddress(inventory: "a", name: "b")))
        let steps = [Step(id: "the-step", line: 1, action: .resource(resource))]
        for answer in Self.answers {
            let guest = Parrot(answer)
            let engine = Engine(guest: guest, stateStore: stateStore, report: { _ in })
            let error = await #expect(throws: RunError.self, "\(answer)") { try await engine.survey(steps) }
            guard case .unreadable("the-step", let expected, _)? = error else {
                Issue.record("\(answer.text.debugDescription) is \(String(describing: error))")
                continue
            }
            #expect(!expected.isEmpty)
            #expect(guest.asked.withLock { $0 } == 3, "the record, the system and the probe")
        }
    }

    /// A seeded generator, so that a failure can be reproduced.
    private struct Dice: RandomNumberGenerator {
        var state: UInt64
        mutating func next() -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return state ^ (state >> 29)
        }
    }

    @Test(arguments: Sample.all)
    func `never crashes the process`(_ sample: Sample) throws {
        let resource = try #require(try sample.resources(with: "a.net").last)
        var dice = Dice(state: 20_261_124)
        for _ in 0..<2000 {
            var answer = try #require(sample.answers.randomElement(using: &dice))
            for _ in 0..<Int.random(in: 1...4, using: &dice) {
                let place = Int.random(in: 0...answer.output.count, using: &dice)
                let byte = UInt8.random(in: 0...255, using: &dice)
                switch Int.random(in: 0...2, using: &dice) {
                case 0: answer.output.insert(byte, at: place)
                case 1: answer.output = Data(answer.output.prefix(place))
                default: answer.output.append(contentsOf: answer.output.suffix(place))
                }
            }
            // It repairs what it can parse, and reports all other answers as unreadable.
            #expect(throws: Never.self) {
                do { _ = try resource.assess(answer) } catch is UnreadableAnswer {}
            }
        }
    }
}
