import Synchronization
import Testing

@testable import Alerts
@testable import BackupMX
@testable import Engine
@testable import Sites

@Suite(.timeLimit(.minutes(5))) struct `A fleet` {
    private struct Failure: Error, Equatable { var site: Int }

    @Test(arguments: [(1, 1), (8, 8), (0, 1), (100, 20)])
    func `runs at most the allowed number of sites at once`(parallel: Int, expected: Int) async {
        let (now, most) = (Counter(), Counter())
        _ = await Fleet(Array(0..<20), parallel: parallel).each { _ in
            most.raise(to: now.add(1))
            for _ in 0..<20 { await Task.yield() }
            _ = now.add(-1)
        }
        #expect(most.value == expected)
    }

    @Test func `reports results in the order of the sites, and continues after a failure`() async {
        let ended = Mutex<[Int]>([])
        let outcomes = await Fleet(Array(0..<30), parallel: 4).each { site in
            // The first site finishes last.
            for _ in 0..<(30 - site) { await Task.yield() }
            if site.isMultiple(of: 10) { throw Failure(site: site) }
            return site * 2
        } note: { index, _ in
            ended.withLock { $0.append(index) }
        }
        #expect(ended.withLock { $0.sorted() } == Array(0..<30))
        for (site, outcome) in outcomes.enumerated() {
            #expect(outcome.took != nil)
            if site.isMultiple(of: 10) {
                #expect(throws: Failure(site: site)) { try outcome.result.get() }
            } else {
                #expect((try? outcome.result.get()) == site * 2)
            }
        }
    }

    @Test func `stops at the next safe point when it is cancelled, and starts no more sites`() async {
        let (begun, safe) = (Counter(), Counter())
        let task = Task {
            await Fleet(Array(0..<20), parallel: 3).each { _ in
                _ = begun.add(1)
                while !Task.isCancelled { await Task.yield() }
                // Work that must not be interrupted.
                await Task { for _ in 0..<50 { await Task.yield() } }.value
                _ = safe.add(1)
                try Task.checkCancellation()
            }
        }
        while begun.value < 3 { await Task.yield() }
        task.cancel()
        let outcomes = await task.value
        #expect(begun.value == 3)
        #expect(safe.value == 3)
        #expect(outcomes.count { $0.took != nil } == 3)
        for outcome in outcomes { #expect(throws: CancellationError.self) { try outcome.result.get() } }
    }

    private final class Counter: Sendable {
        private let count = Atomic(0)
        var value: Int { count.load(ordering: .relaxed) }
        func add(_ number: Int) -> Int { count.add(number, ordering: .relaxed).newValue }
        func raise(to number: Int) { count.max(number, ordering: .relaxed) }
    }
}
