/// A task's unique id, `UPID:node:pid:pstart:starttime:type:id:user:` (pve-common, PVE::UPID).
public struct TaskID: Decodable, Sendable, Hashable, CustomStringConvertible {
    public let description: String
    /// The node that runs it, which is the one to ask.
    public let node: NodeName
    /// `vzclone`, `vzstart`, …
    public let type: String

    /// - Throws: ``InvalidIdentifier``
    public init(checking text: String) throws {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 9, parts[0] == "UPID", parts[8].isEmpty else {
            throw InvalidIdentifier(text: text, wanted: "a task's UPID")
        }
        description = text
        node = try NodeName(checking: parts[1])
        type = parts[5]
    }

    public init(from decoder: any Decoder) throws {
        try self.init(checking: decoder.singleValueContainer().decode(String.self))
    }
}

/// `GET /nodes/{node}/tasks/{upid}/status`
public struct TaskStatus: Decodable, Sendable, Equatable {
    /// `running` or `stopped`.
    public var status: String
    /// Only once it has stopped.
    public var exitstatus: String?
}

/// One line of a task's log.
public struct TaskLogLine: Decodable, Sendable, Equatable {
    public var t: String
}

/// How a task ended.
public enum TaskOutcome: Sendable, Equatable {
    case ok
    /// Done, with something to say in the log. Normal: a systemd guest without nesting gives one at each clone and start.
    case warnings(Int)
    /// Not done, with the log's last lines.
    case failed(reason: String, log: [String])
}

extension Request where Answer == TaskStatus {
    public static func taskStatus(_ task: TaskID) -> Request { Request(.get, Paths.task(task) + ["status"]) }
}

extension Request where Answer == [TaskLogLine] {
    /// - Parameter limit: 0 for all lines.
    public static func taskLog(_ task: TaskID, limit: Int = 0) -> Request {
        Request(.get, Paths.task(task) + ["log"], [("limit", String(limit))])
    }
}

extension Client {
    /// Waits for a task's end, asking ever less often.
    ///
    /// - Throws: ``APIError``; ``APIError/stillRunning(task:seconds:)`` when the time is over, the task going on.
    public func outcome(
        of task: TaskID,
        within limit: Duration,
        on clock: some Clock<Duration> = ContinuousClock()
    ) async throws -> TaskOutcome {
        let deadline = clock.now.advanced(by: limit)
        var pause = Duration.milliseconds(100)
        while true {
            let status = try await self(.taskStatus(task))
            if status.status == "stopped" {
                return try await outcome(of: task, status.exitstatus ?? "unexpected status")
            }
            guard clock.now < deadline else {
                throw APIError.stillRunning(task: task.description, seconds: Int(limit.components.seconds))
            }
            try await clock.sleep(for: pause)
            pause = min(pause * 3 / 2, .seconds(3))
        }
    }

    private func outcome(of task: TaskID, _ exit: String) async throws -> TaskOutcome {
        if exit == "OK" { return .ok }
        if let match = exit.wholeMatch(of: /WARNINGS: (\d+)/), let count = Int(match.1) { return .warnings(count) }
        let log = try await self(.taskLog(task)).map(\.t)
        return .failed(reason: exit, log: log)
    }
}

extension Paths {
    static func task(_ task: TaskID) -> [String] { ["nodes", task.node.description, "tasks", task.description] }
}
