/// Runs the body to its end even if the task is cancelled, because it has no safe point to stop at.
package func uninterrupted<Result: Sendable>(
    _ body: @escaping @Sendable () async throws -> Result
) async throws -> Result {
    try await Task { try await body() }.value
}
