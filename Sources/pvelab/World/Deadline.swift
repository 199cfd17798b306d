/// Waiting for a condition, never for a time.
struct Deadline: Sendable {
    var seconds: Int

    /// Asks every 50 milliseconds; throws ``LabError/late(_:seconds:log:)`` when the time is over.
    func wait(for what: String, log: String, until condition: () async -> Bool) async throws {
        let end = ContinuousClock.now + .seconds(seconds)
        while await !condition() {
            guard ContinuousClock.now < end else { throw LabError.late(what, seconds: seconds, log: log) }
            try await Task.sleep(for: .milliseconds(50))
        }
    }
}
