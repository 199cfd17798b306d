/// Runs something to its end even where the task is being cancelled: in the midst of it there is no safe point to stop at.
func uninterrupted<Result: Sendable>(
    _ body: @escaping @Sendable () async throws -> Result
) async throws -> Result {
    try await Task { try await body() }.value
}
