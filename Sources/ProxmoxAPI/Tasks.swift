/// A task's unique id, `UPID:node:pid:pstart:starttime:type:id:user:` (pve-common, PVE::UPID).
public struct TaskID: Decodable, Sendable, Hashable, CustomStringConvertible {
    public let description: String
    /// The node that runs the task, and that must be queried for it.
    public let node: NodeName
    /// The type: `vzclone`, `vzstart`, …
    public let type: String
    /// The start time in seconds since 1970, on the node's clock.
    public let start: Int
    /// The object of the task. For `vzclone` it is the number of the source, not of the new guest. It may be empty.
    public let subject: String
    /// The caller: `user@realm`, or the whole id of a token.
    public let user: String

    /// Parses a UPID.
    ///
    /// - Throws: ``InvalidIdentifier``
    public init(checking text: String) throws {
        let grammar =
            /UPID:([^:]+):[0-9A-Fa-f]{8}:[0-9A-Fa-f]{8,9}:([0-9A-Fa-f]{8}):([^:\s\/]+):([^:\s\/]*):([^:\s\/]+):/
        guard let parts = text.wholeMatch(of: grammar)?.output, let start = Int(parts.2, radix: 16) else {
            throw InvalidIdentifier(text: text, wanted: "a task's UPID")
        }
        description = text
        node = try NodeName(checking: String(parts.1))
        self.start = start
        type = String(parts.3)
        subject = String(parts.4)
        user = String(parts.5)
    }

    public init(from decoder: any Decoder) throws {
        try self.init(checking: decoder.singleValueContainer().decode(String.self))
    }
}

/// The answer of `GET /nodes/{node}/tasks/{upid}/status`.
public struct TaskStatus: Decodable, Sendable, Equatable {
    /// The state: `running` or `stopped`.
    public var status: String
    /// The exit status; nil until the task has stopped.
    public var exitstatus: String?
}

/// The answer of `GET /nodes/{node}/tasks/{upid}/log`.
public struct TaskLog: Decodable, Sendable, Equatable {
    public var lines: [String]

    private struct Line: Decodable { var t: String }

    /// Decodes a log. Up to 8.4, a log without a file is a single line outside of a list.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        do {
            lines = try container.decode([Line].self).map(\.t)
        } catch DecodingError.typeMismatch {
            lines = [try container.decode(Line.self).t]
        }
    }
}

/// One task of `GET /nodes/{node}/tasks`.
public struct TaskSummary: Decodable, Sendable, Equatable {
    public var upid: TaskID
    /// The status: `RUNNING` while the task runs, then its exit status.
    public var status: String?

    public var isRunning: Bool { status == "RUNNING" }
    /// Whether the task has ended with an error or without a status. Warnings do not count as a failure.
    public var hasFailed: Bool {
        guard let status, !isRunning else { return false }
        return status != "OK" && !status.hasPrefix("WARNINGS")
    }
}

/// The tasks that a list contains.
public enum TaskSource: String, Sendable {
    /// Finished tasks. This is Proxmox's default.
    case archive
    /// Running tasks, and those that ended a moment ago.
    case active
    case all
}

extension Request where Answer == TaskStatus {
    /// Requests a task's status. Open to the user who started the task; others need Sys.Audit on the node.
    public static func taskStatus(_ task: TaskID) -> Request { Request(.get, Paths.task(task) + ["status"]) }
}

extension Request where Answer == TaskLog {
    /// Requests lines of a task's log from number `start`, counted from 0. A `limit` of 0 requests all lines.
    public static func taskLog(_ task: TaskID, start: Int = 0, limit: Int = 0) -> Request {
        Request(.get, Paths.task(task) + ["log"], [("start", String(start)), ("limit", String(limit))])
    }
}

extension Request where Answer == [TaskSummary] {
    /// Requests the caller's own tasks on a node, or those of all users if the caller has Sys.Audit there. `type` is a
    /// task type such as `vzclone`, `subject` the number in the UPID, `since` seconds since 1970.
    public static func tasks(
        on node: NodeName,
        source: TaskSource,
        type: String? = nil,
        subject: GuestID? = nil,
        since: Int? = nil,
        limit: Int = 50
    ) -> Request {
        Request(
            .get,
            ["nodes", node.description, "tasks"],
            [
                ("source", source.rawValue), ("typefilter", type), ("vmid", subject?.description),
                ("since", since.map(String.init)), ("limit", String(limit)),
            ]
        )
    }
}

extension Request where Answer == Nothing {
    /// Stops a task: SIGTERM, and SIGKILL five seconds later, which leaves locks behind. Succeeds if the task has
    /// ended already.
    public static func stopTask(_ task: TaskID) -> Request { Request(.delete, Paths.task(task)) }
}

extension Paths {
    static func task(_ task: TaskID) -> [String] { ["nodes", task.node.description, "tasks", task.description] }
}
