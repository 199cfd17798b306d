/// What was asked for was not done within its time.
struct TimeIsOver: Error {}

/// Does something, and cancels it when its time is over.
///
/// - Throws: ``TimeIsOver``, and what `body` throws.
func within<Result: Sendable>(
    _ limit: Duration,
    _ body: @escaping @Sendable () async throws -> Result
) async throws -> Result {
    try await withThrowingTaskGroup(of: Result.self) { group in
        group.addTask { try await body() }
        group.addTask {
            try await Task.sleep(for: limit)
            throw TimeIsOver()
        }
        defer { group.cancelAll() }
        guard let result = try await group.next() else { throw CancellationError() }
        return result
    }
}
