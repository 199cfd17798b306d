import Synchronization

/// A number of turns, of which more are wanted than there are: who comes first has one first.
public final class Turns: Sendable {
    private struct Waiter {
        let number: Int
        let continuation: CheckedContinuation<Void, any Error>
    }

    private struct Queue {
        var free: Int
        var waiting: [Waiter] = []
        var comers = 0
    }

    private let queue: Mutex<Queue>

    /// - Parameter count: how many may have a turn at once.
    public init(_ count: Int) { queue = Mutex(Queue(free: count)) }

    /// Runs `body` when it is its turn.
    ///
    /// - Parameter noteWait: is called before the wait where none is free.
    /// - Throws: `CancellationError` where the task is cancelled before its turn has come; else what `body` throws.
    public func take<Result>(
        noteWait: () -> Void = {},
        _ body: () async throws -> Result
    ) async throws -> Result {
        try await begin(noteWait)
        defer { end() }
        return try await body()
    }

    private func begin(_ noteWait: () -> Void) async throws {
        let number = queue.withLock { queue in
            queue.comers += 1
            return queue.comers
        }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let begun: Result<Void, any Error>? = queue.withLock { queue in
                    // Whoever cancels sets this before the handler below asks for the lock: one of the two sees the other.
                    if Task.isCancelled { return .failure(CancellationError()) }
                    guard queue.free == 0 else {
                        queue.free -= 1
                        return .success(())
                    }
                    queue.waiting.append(Waiter(number: number, continuation: continuation))
                    return nil
                }
                if let begun { continuation.resume(with: begun) } else { noteWait() }
            }
        } onCancel: {
            let waiter = queue.withLock { queue in
                queue.waiting.firstIndex { $0.number == number }.map { queue.waiting.remove(at: $0) }
            }
            waiter?.continuation.resume(throwing: CancellationError())
        }
    }

    /// Hands the turn on, so that nobody who comes later can be faster.
    private func end() {
        let next: Waiter? = queue.withLock { queue in
            guard !queue.waiting.isEmpty else {
                queue.free += 1
                return nil
            }
            return queue.waiting.removeFirst()
        }
        next?.continuation.resume()
    }
}
