import Foundation
import Synchronization

/// One command, killed at each of its points in turn, and what comes of one more run.
struct KillMatrix: Sendable {
    var name: String
    /// Brings a site to where the command has something to do.
    var prepare: @Sendable (TortureSite) throws -> Situation
    /// Some of the points, which other tests have time for.
    var sample: [Int]

    /// What is to be killed, and what is to hold after the next run.
    struct Situation {
        var command: [String]
        /// The next run, of which nobody knows where the last one has died.
        var next: () throws -> [String]
        var messages: [String] = []
    }

    struct Outcome: Sendable {
        var points = 0
        var failures: [String] = []

        var survived: Int { points - failures.count }
    }

    /// What is left to do, and what has come of the rest.
    private final class Board: Sendable {
        private let numbers: Mutex<[Int]>
        private let kept = Mutex(Outcome())

        init(_ numbers: [Int]) { self.numbers = Mutex(numbers) }

        func next() -> Int? { numbers.withLock { $0.isEmpty ? nil : $0.removeFirst() } }
        func end() { numbers.withLock { $0 = [] } }

        func note(_ failure: String?) {
            kept.withLock {
                $0.points += 1
                if let failure { $0.failures.append(failure) }
            }
        }

        var outcome: Outcome { kept.withLock { $0 } }
    }

    /// Kills at every point there is, or at those of the sample, on as many sites at once as there are numbers.
    func run(wholly: Bool, on sites: [Int]) async throws -> Outcome {
        let board = Board(wholly ? Array(1...999) : sample)
        try await withThrowingTaskGroup { group in
            for number in sites {
                group.addTask {
                    try await onThread {
                        let site = try TortureSite(number)
                        if try site.isThere() { try site.startAfresh() }
                        while let point = board.next() { try torment(site, at: point, board) }
                        try site.vanish()
                    }
                }
            }
            try await group.waitForAll()
        }
        return board.outcome
    }

    /// Ends the board where the run has fewer points.
    private func torment(_ site: TortureSite, at point: Int, _ board: Board) throws {
        let situation = try prepare(site)
        let start = ContinuousClock.now
        var place = "point \(point)"
        var failure: String?
        do {
            let (outcome, log) = try site.run(situation.command, killedAt: point)
            guard outcome.isKilled else {
                board.end()
                return try Shortfall.unless(outcome.status == 0, "without a kill: \(outcome.output)")
            }
            place += ", " + (log.points.last?.description ?? "")
            try site.succeed(try situation.next())
            try site.isWhole(holding: situation.messages)
        } catch {
            failure = "\(name), \(place): \(error)"
        }
        board.note(failure)
        print("  \(failure == nil ? "✓" : "✗") \(name), \(place), \((ContinuousClock.now - start).formatted())")
        if failure != nil { try site.startAfresh() }
    }
}

/// Runs what waits for other processes, where it takes no thread that others need.
private func onThread(_ body: @escaping @Sendable () throws -> Void) async throws {
    try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
        Thread.detachNewThread { continuation.resume(with: Result { try body() }) }
    }
}
