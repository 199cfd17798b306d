/// A task's unique id, `UPID:node:pid:pstart:starttime:type:id:user:` (pve-common, PVE::UPID).
public struct TaskID: Decodable, Sendable, Hashable, CustomStringConvertible {
    public let description: String
    /// The node that runs it, which is the one to ask.
    public let node: NodeName
    /// `vzclone`, `vzstart`, …
    public let type: String
    /// Seconds since 1970 on the node's clock.
    public let start: Int
    /// What the task is about: for `vzclone` the source's number, not the new one. May be empty.
    public let subject: String
    /// `user@realm`, or the whole id of a token.
    public let user: String

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

/// `GET /nodes/{node}/tasks/{upid}/status`
public struct TaskStatus: Decodable, Sendable, Equatable {
    /// `running` or `stopped`.
    public var status: String
    /// Only once it has stopped.
    public var exitstatus: String?
}

/// The answer of `GET /nodes/{node}/tasks/{upid}/log`.
public struct TaskLog: Decodable, Sendable, Equatable {
    public var lines: [String]

    private struct Line: Decodable { var t: String }

    /// A log without a file is one line outside of any list up to 8.4.
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
    /// `RUNNING` while it runs, then how it ended.
    public var status: String?

    public var isRunning: Bool { status == "RUNNING" }
    /// Whether it has ended, and not well: by an error, or without a word. Warnings are well.
    public var hasFailed: Bool {
        guard let status, !isRunning else { return false }
        return status != "OK" && !status.hasPrefix("WARNINGS")
    }
}

/// Which tasks a list has.
public enum TaskSource: String, Sendable {
    /// Finished ones. What Proxmox shows where nothing is asked for.
    case archive
    /// Running ones, and those that ended a moment ago.
    case active
    case all
}

extension Request where Answer == TaskStatus {
    /// Open to whoever started the task; to others with Sys.Audit on the node.
    public static func taskStatus(_ task: TaskID) -> Request { Request(.get, Paths.task(task) + ["status"]) }
}

extension Request where Answer == TaskLog {
    /// Lines of a task's log from number `start`, counted from 0; a `limit` of 0 is all.
    public static func taskLog(_ task: TaskID, start: Int = 0, limit: Int = 0) -> Request {
        Request(.get, Paths.task(task) + ["log"], [("start", String(start)), ("limit", String(limit))])
    }
}

extension Request where Answer == [TaskSummary] {
    /// The caller's own tasks on a node; with Sys.Audit there, everybody's. `type` is one such as `vzclone`, `subject`
    /// the number in the UPID, `since` seconds since 1970.
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
    /// Ends a task: SIGTERM, five seconds later SIGKILL, which leaves locks behind. No error where it has ended.
    public static func stopTask(_ task: TaskID) -> Request { Request(.delete, Paths.task(task)) }
}

extension Paths {
    static func task(_ task: TaskID) -> [String] { ["nodes", task.node.description, "tasks", task.description] }
}
