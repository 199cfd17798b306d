import Synchronization

/// An async semaphore: a limited number of turns that are given out in the order of the requests.
public final class AsyncSemaphore: Sendable {
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

    /// Creates a semaphore.
    ///
    /// - Parameter count: the number of turns that can be taken at the same time.
    public init(_ count: Int) { queue = Mutex(Queue(free: count)) }

    /// Waits for a turn and runs `body` with it.
    ///
    /// - Parameter noteWait: is called before the wait if no turn is free.
    /// - Throws: `CancellationError` if the task is cancelled before it has a turn; otherwise what `body` throws.
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
                    // A cancellation sets this flag before the handler below takes the lock, so one of the two sees
                    // the other.
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

    /// Passes the turn directly to the next waiter, so that a later request cannot overtake it.
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
