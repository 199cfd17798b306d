/// How a task ended.
public enum TaskOutcome: Sendable, Equatable {
    case ok
    /// Done, with something to say in the log. Normal: a systemd guest without nesting gives one at each clone and start.
    case warnings(Int)
    /// Not done, with the log's last lines.
    case failed(reason: String, log: [String])
}

extension Client {
    /// How many lines of a failed task's log are told.
    private static let tail = 20

    /// Waits for a task's end, asking ever less often, at most every three seconds.
    ///
    /// A node that cannot be asked for a while is asked again until the time is over: the task goes on without us.
    ///
    /// - Parameters:
    ///   - task: asked for on the node that its id names.
    ///   - limit: how long to wait.
    ///   - clock: what the pauses are slept on.
    /// - Returns: success, success with warnings, or failure with the log's tail.
    /// - Throws: ``APIError``; ``APIError/stillRunning(task:seconds:)`` when the time is over, the task going on.
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
        // The exit status is known; a log that cannot be had does not make it unknown.
        let log = (try? await self(.taskLog(task)))?.lines ?? []
        return .failed(reason: exit, log: log.suffix(Self.tail))
    }
}
