/// Calls the body with a value, and ends the value afterwards even if the body throws.
package func withConnection<Value, Result>(
    _ value: Value,
    endingWith end: (Value) async -> Void,
    _ body: (Value) async throws -> Result
) async throws -> Result {
    let result: Result
    do { result = try await body(value) } catch {
        await end(value)
        throw error
    }
    await end(value)
    return result
}
