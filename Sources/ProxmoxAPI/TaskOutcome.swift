/// The result of a task.
public enum TaskOutcome: Sendable, Equatable {
    case ok
    /// The task succeeded with warnings in its log. This is normal: a systemd guest without nesting causes one at each
    /// clone and start.
    case warnings(Int)
    /// The task failed. `log` contains the last lines of its log.
    case failed(reason: String, log: [String])
}

extension Client {
    /// The number of lines that are kept of a failed task's log.
    private static let tail = 20

    /// Waits for the end of a task, with growing pauses of at most three seconds.
    ///
    /// If the node does not answer for a while, it is queried again until the time is over, because the task
    /// continues.
    ///
    /// - Parameters:
    ///   - task: the task; the query goes to the node that its id names.
    ///   - limit: how long to wait.
    ///   - clock: the clock of the pauses.
    /// - Returns: success, success with warnings, or failure with the last lines of the log.
    /// - Throws: ``APIError``; ``APIError/stillRunning(task:seconds:)`` if the time is over and the task still runs.
    public func outcome(
        of task: TaskID,
        within limit: Duration,
        on clock: some Clock<Duration> = ContinuousClock()
    ) async throws -> TaskOutcome {
        let deadline = clock.now.advanced(by: limit)
        var pause = Duration.milliseconds(100)
        while true {
            let isOver = clock.now >= deadline
            do {
                let status = try await self(.taskStatus(task))
                if status.status == "stopped" {
                    return try await outcome(of: task, status.exitstatus ?? "unexpected status")
                }
                if isOver {
                    throw APIError.stillRunning(task: task.description, seconds: Int(limit.components.seconds))
                }
            } catch let error as APIError where error.isPassing && !isOver {}
            try await clock.sleep(for: pause)
            pause = min(pause * 3 / 2, .seconds(3))
        }
    }

    private func outcome(of task: TaskID, _ exit: String) async throws -> TaskOutcome {
        if exit == "OK" { return .ok }
        if let match = exit.wholeMatch(of: /WARNINGS: (\d+)/), let count = Int(match.1) { return .warnings(count) }
        // The exit status is known even if the log cannot be read.
        let log = (try? await self(.taskLog(task)))?.lines ?? []
        return .failed(reason: exit, log: log.suffix(Self.tail))
    }
}
