import Synchronization
import Testing

@testable import HTTPTransport

/// The events, in order.
final class Record<Entry: Sendable>: Sendable {
    private let kept = Mutex<[Entry]>([])
    var entries: [Entry] { kept.withLock(\.self) }
    func note(_ entry: Entry) { kept.withLock { $0.append(entry) } }

    /// Waits until there are this many entries.
    func wait(for count: Int) async { while entries.count < count { await Task.yield() } }
}

final class Counter: Sendable {
    private let count = Atomic(0)
    var value: Int { count.load(ordering: .relaxed) }
    func add(_ number: Int) -> Int { count.add(number, ordering: .relaxed).newValue }
    func raise(to number: Int) { count.max(number, ordering: .relaxed) }
}

@Suite(.timeLimit(.minutes(5))) struct `Turns of a semaphore` {
    @Test(arguments: [1, 2, 5]) func `are held by at most their number of tasks`(count: Int) async throws {
        let turns = AsyncSemaphore(count)
        let (now, most) = (Counter(), Counter())
        try await withThrowingTaskGroup { group in
            for _ in 0..<50 {
                group.addTask {
                    try await turns.take {
                        most.raise(to: now.add(1))
                        for _ in 0..<5 { await Task.yield() }
                        _ = now.add(-1)
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(now.value == 0)
        #expect(most.value == count)
    }

    @Test func `are given in the order of the requests, and each wait is reported`() async throws {
        let turns = AsyncSemaphore(1)
        let (waiting, had) = (Record<Int>(), Record<Int>())
        let (begun, gate) = (Record<Int>(), Record<Int>())
        try await withThrowingTaskGroup { group in
            group.addTask {
                try await turns.take {
                    begun.note(0)
                    await gate.wait(for: 1)
                }
            }
            await begun.wait(for: 1)
            for number in 1...5 {
                group.addTask { try await turns.take(noteWait: { waiting.note(number) }) { had.note(number) } }
                await waiting.wait(for: number)
            }
            gate.note(0)
            try await group.waitForAll()
        }
        #expect(waiting.entries == [1, 2, 3, 4, 5])
        #expect(had.entries == [1, 2, 3, 4, 5])
    }

    @Test func `skip tasks that were cancelled in the queue`() async throws {
        let turns = AsyncSemaphore(1)
        let (waiting, had, begun, gate) = (Record<Int>(), Record<Int>(), Record<Int>(), Record<Int>())
        let first = Task {
            try await turns.take {
                begun.note(1)
                await gate.wait(for: 1)
            }
        }
        await begun.wait(for: 1)
        let second = Task { try await turns.take(noteWait: { waiting.note(2) }) { had.note(2) } }
        await waiting.wait(for: 1)
        let third = Task { try await turns.take(noteWait: { waiting.note(3) }) { had.note(3) } }
        await waiting.wait(for: 2)
        second.cancel()
        await #expect(throws: CancellationError.self) { try await second.value }
        gate.note(0)
        try await first.value
        try await third.value
        #expect(had.entries == [3])
        #expect(try await isFree(turns))
    }

    @Test func `are not given to a cancelled task`() async throws {
        let turns = AsyncSemaphore(1)
        let had = Record<Int>()
        let task = Task {
            while !Task.isCancelled { await Task.yield() }
            try await turns.take { had.note(1) }
        }
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        #expect(had.entries == [])
        #expect(try await isFree(turns))
    }

    @Test func `are returned by a failing body`() async throws {
        struct Failure: Error {}
        let turns = AsyncSemaphore(1)
        for _ in 0..<3 {
            await #expect(throws: Failure.self) { try await turns.take { throw Failure() } }
        }
        #expect(try await isFree(turns))
    }

    @Test func `are all free after many waits and cancellations`() async throws {
        let turns = AsyncSemaphore(3)
        await withTaskGroup { group in
            for number in 0..<300 {
                group.addTask {
                    let task = Task { try await turns.take { await Task.yield() } }
                    if number.isMultiple(of: 3) { task.cancel() }
                    _ = await task.result
                }
            }
        }
        let (here, gate) = (Record<Int>(), Record<Int>())
        try await withThrowingTaskGroup { group in
            for number in 1...3 {
                group.addTask {
                    try await turns.take {
                        here.note(number)
                        await gate.wait(for: 1)
                    }
                }
            }
            await here.wait(for: 3)
            gate.note(0)
            try await group.waitForAll()
        }
    }

    /// Takes a turn, and returns whether it was free.
    private func isFree(_ turns: AsyncSemaphore) async throws -> Bool {
        let waits = Record<Int>()
        try await turns.take(noteWait: { waits.note(1) }) {}
        return waits.entries.isEmpty
    }
}
