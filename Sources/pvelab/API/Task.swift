import Foundation

/// A worker of the node. It outlives the request that started it and writes a log.
struct NodeTask: Sendable {
    var upid: String
    var type: String
    /// The id of a guest; for a clone, the id of the source.
    var id: String
    var owner: Caller
    var pid: Int
    var start: Int
    var end: Int?
    var log: [String] = []

    /// The last line of the log in the format of the status, or nil while the task runs.
    var exitStatus: String? {
        guard end != nil else { return nil }
        guard let last = log.last else { return "unexpected status" }
        if last == "TASK OK" { return "OK" }
        for prefix in ["TASK ERROR: ", "TASK "] where last.hasPrefix(prefix) {
            return String(last.dropFirst(prefix.count))
        }
        return "unexpected status"
    }
}

extension NodeTask {
    /// The outcome as the list's filter names it.
    var outcome: String {
        switch exitStatus {
        case "OK": "ok"
        case "unexpected status", nil: "unknown"
        case let status?: status.hasPrefix("WARNINGS: ") ? "warning" : "error"
        }
    }
}

/// All tasks of the node and their ids.
struct TaskList: Sendable {
    private(set) var tasks: [String: NodeTask] = [:]
    private var order: [String] = []
    private var nextPID = 0x3039

    /// Starts a task and returns its id, `UPID:node:pid:pstart:starttime:type:id:user:` (PVE::UPID).
    mutating func begin(_ type: String, id: String, by owner: Caller, on node: String) -> String {
        nextPID += 7
        let start = Int(Date().timeIntervalSince1970)
        let numbers = [nextPID, nextPID * 97, start].map { String(format: "%08X", $0) }.joined(separator: ":")
        let upid = "UPID:\(node):\(numbers):\(type):\(id):\(owner.name):"
        tasks[upid] = NodeTask(upid: upid, type: type, id: id, owner: owner, pid: nextPID, start: start)
        order.append(upid)
        return upid
    }

    mutating func log(_ line: String, to upid: String) { tasks[upid]?.log.append(line) }

    mutating func end(_ upid: String, _ last: String) {
        guard tasks[upid]?.end == nil else { return }
        tasks[upid]?.log.append(last)
        tasks[upid]?.end = Int(Date().timeIntervalSince1970)
    }

    /// Ends a task without a final log line.
    mutating func kill(_ upid: String) { tasks[upid]?.end = Int(Date().timeIntervalSince1970) }

    /// All tasks, newest first.
    var all: [NodeTask] { order.reversed().compactMap { tasks[$0] } }
}
