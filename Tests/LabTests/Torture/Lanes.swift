import Foundation
import Synchronization
import Testing

@testable import ConfigurationFiles

/// A queue of cases that several sites process in parallel, with the results.
final class Lanes<Piece: Sendable>: Sendable {
    struct Tally: Sendable {
        var done = 0
        var failures: [String] = []

        var survived: Int { done - failures.count }

        static func += (all: inout Tally, more: Tally) {
            all.done += more.done
            all.failures += more.failures
        }

        /// Records each failure as an issue of the test.
        func tell(of matrix: String) {
            for failure in failures { Issue.record("\(failure)") }
            Torture.tell("\(matrix): \(survived)/\(done) survived\(Torture.suffix)")
        }
    }

    private let pieces: Mutex<[Piece]>
    private let kept = Mutex(Tally())

    init(_ pieces: [Piece]) { self.pieces = Mutex(pieces) }

    /// Runs the body for all cases.
    ///
    /// - Parameters:
    ///   - sites: The numbers of the sites that work in parallel.
    ///   - body: Throws if a check fails; the site is then recreated. Returns nil if there was nothing to do, which
    ///     ends the work.
    func run(
        on sites: [Int],
        _ steps: TortureSite.Steps,
        isFirewalled: Bool = true,
        _ body: @escaping @Sendable (TortureSite, Piece) throws -> String?
    ) async throws -> Tally {
        try await withThrowingTaskGroup { group in
            for number in sites {
                group.addTask {
                    try self.work(try TortureSite(number, steps: steps, isFirewalled: isFirewalled), body)
                }
            }
            try await group.waitForAll()
        }
        return kept.withLock { $0 }
    }

    private func work(_ site: TortureSite, _ body: (TortureSite, Piece) throws -> String?) throws {
        if try site.isThere() { try site.startAfresh() }
        while let piece = pieces.withLock({ $0.isEmpty ? nil : $0.removeFirst() }) {
            do {
                guard let outcome = try body(site, piece) else {
                    pieces.withLock { $0 = [] }
                    break
                }
                kept.withLock { $0.done += 1 }
                Torture.tell("  ✓ \(piece): \(outcome)")
            } catch {
                kept.withLock {
                    $0.done += 1
                    $0.failures.append("\(piece): \(error)")
                }
                Torture.tell("  ✗ \(piece): \(error)")
                try site.startAfresh()
            }
        }
        try site.vanish()
    }
}
