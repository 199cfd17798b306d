/// Waits for a condition, with a timeout.
struct Deadline: Sendable {
    var seconds: Int

    /// Checks the condition every 50 ms. Throws ``LabError/late(_:seconds:log:)`` after the timeout.
    func wait(for what: String, log: String, until condition: () async -> Bool) async throws {
        let end = ContinuousClock.now + .seconds(seconds)
        while await !condition() {
            guard ContinuousClock.now < end else { throw LabError.late(what, seconds: seconds, log: log) }
            try await Task.sleep(for: .milliseconds(50))
        }
    }
}
