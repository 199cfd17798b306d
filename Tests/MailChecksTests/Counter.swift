import Synchronization

/// How often something was asked.
final class Counter: Sendable {
    private let count = Mutex(0)

    /// From 1.
    func next() -> Int {
        count.withLock { count in
            count += 1
            return count
        }
    }
}
