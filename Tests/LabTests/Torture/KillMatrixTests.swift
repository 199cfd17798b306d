import Foundation
import Testing

/// Each matrix has its own sites, by number.
@Suite(.enabled(if: Lab.isUp, "needs `pvelab run`"), .ownThreads, .timeLimit(.minutes(60)))
struct `Fault injection` {}

extension `Fault injection` {
    @Suite(.serialized) struct `a kill at any instant` {
        static let matrices = [
            KillMatrix(name: "up", prepare: missing, sample: [8]),
            KillMatrix(name: "up, of a drifted guest", prepare: drifted, sample: [13]),
            KillMatrix(name: "rebuild", prepare: rebuilt, sample: ["answer POST SITE/status/shutdown"]),
            KillMatrix(name: "teardown", prepare: tornDown(), sample: ["answer DELETE SITE"]),
            KillMatrix(name: "teardown --now", prepare: tornDown(["--now"], messages: 0), sample: []),
            KillMatrix(
                name: "teardown, its state deleted", forgets: true, prepare: tornDown(["--lease", "5"]),
                sample: ["answer POST SITE/status/shutdown"]),
            KillMatrix(name: "rebuild by Ctrl-C", cut: .interrupt, prepare: rebuilt, sample: [20]),
            KillMatrix(
                name: "teardown by SIGTERM", cut: .terminate, prepare: tornDown(),
                sample: ["answer POST SITE/status/shutdown"]),
            KillMatrix(name: "up by Ctrl-C", cut: .interrupt, prepare: missing, sample: []),
            KillMatrix(name: "up by SIGTERM, of a drifted guest", cut: .terminate, prepare: drifted, sample: []),
        ]

        @Test(arguments: matrices.filter { (!$0.sample.isEmpty || Torture.isWhole) && Torture.includes($0.name) })
        func `the same command completes with one guest or none and loses nothing`(_ matrix: KillMatrix) async throws {
            let tally = try await matrix.run(on: Torture.sites(6...9))
            #expect(tally.done > 0 || Torture.isSelective)
            tally.tell(of: "kill matrix of \(matrix.name)")
        }

        private static let missing: @Sendable (TortureSite) throws -> KillMatrix.Situation = { site in
            try site.vanish()
            return .init(command: ["up", site.name]) { try site.isWhole() }
        }

        private static let drifted: @Sendable (TortureSite) throws -> KillMatrix.Situation = { site in
            try site.drift()
            return .init(command: ["up", site.name]) { try site.isWhole() }
        }

        private static let rebuilt: @Sendable (TortureSite) throws -> KillMatrix.Situation = { site in
            if try !site.isThere() { try site.succeed(["up", site.name]) }
            let messages = try site.queue(5)
            return .init(command: ["rebuild", site.name, "--yes", "--drain", "0"]) {
                try site.isWhole(holding: messages)
            }
        }

        /// Returns a situation before a teardown that exports the queue to a file, which another guest imports.
        private static func tornDown(
            _ options: [String] = [], messages count: Int = 5
        ) -> @Sendable (TortureSite) throws -> KillMatrix.Situation {
            { site in
                if try !site.isThere() { try site.succeed(["up", site.name]) }
                let messages = try site.queue(count)
                let file = "\(site.lab.folder)/queue-\(UUID().uuidString).tar.gz"
                let export = count > 0 ? ["--export", file] : []
                return .init(command: ["teardown", site.name, "--yes", "--drain", "0"] + options + export) {
                    try Shortfall.unless(try !site.isThere(), "there is a guest")
                    try site.succeed(["up", site.name] + (count > 0 ? ["--import", file] : []))
                    try site.isWhole(holding: messages)
                }
            }
        }
    }
}

extension KillMatrix: CustomTestStringConvertible {
    var testDescription: String { name }
}
