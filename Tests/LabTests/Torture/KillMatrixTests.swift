import Foundation
import Testing

/// Each matrix has sites of its own, by their numbers.
@Suite(.enabled(if: Lab.isUp, "needs `pvelab run`"), .ownThreads, .timeLimit(.minutes(60)))
struct `Tormented` {}

extension `Tormented` {
    @Suite(.serialized) struct `by a kill at any point, the next run converges` {
        static let matrices = [
            KillMatrix(
                name: "up",
                prepare: { site in
                    try site.vanish()
                    return .init(command: ["up", site.name], next: { ["up", site.name] })
                },
                sample: [8]),
            KillMatrix(
                name: "up, of a drifted guest",
                prepare: { site in
                    try site.drift()
                    return .init(command: ["up", site.name], next: { ["up", site.name] })
                },
                sample: [13]),
            KillMatrix(
                name: "rebuild",
                prepare: { site in
                    if try !site.isThere() { try site.succeed(["up", site.name]) }
                    let messages = try site.queue(5)
                    return .init(
                        command: ["rebuild", site.name, "--yes", "--drain", "0"], next: { ["up", site.name] },
                        messages: messages)
                },
                sample: [20]),
            KillMatrix(
                name: "teardown",
                prepare: { site in
                    if try !site.isThere() { try site.succeed(["up", site.name]) }
                    let messages = try site.queue(5)
                    let file = "\(site.lab.folder)/queue-\(messages[0]).tar.gz"
                    return .init(
                        command: ["teardown", site.name, "--yes", "--drain", "0", "--export", file],
                        next: {
                            let isExported = FileManager.default.fileExists(atPath: file)
                            return ["up", site.name] + (isExported ? ["--import", file] : [])
                        },
                        messages: messages)
                },
                sample: [14]),
        ]

        @Test(arguments: matrices)
        func `with one guest, and nothing lost or owed`(_ matrix: KillMatrix) async throws {
            let tally = try await matrix.run(on: Torture.sites(6...9))
            #expect(tally.done > 0 || Torture.isSelective)
            tally.tell(of: "kill matrix of \(matrix.name)")
        }
    }
}

extension KillMatrix: CustomTestStringConvertible {
    var testDescription: String { name }
}
