/// `…/tasks` (PVE::API2::Tasks)
extension Node {
    func taskStatus(_ upid: String, _ call: Call) throws -> Answer {
        let task = try task(upid, call)
        var entry: [String: JSON] = [
            "upid": .text(upid), "node": .text(name), "pid": .int(task.pid), "pstart": .int(task.pid * 97),
            "starttime": .int(task.start), "type": .text(task.type), "id": .text(task.id),
            "user": .text(task.owner.user), "status": task.end == nil ? "running" : "stopped",
        ]
        entry["tokenid"] = task.owner.token.map { .text($0) }
        entry["exitstatus"] = task.exitStatus.map { .text($0) }
        return Answer(.object(entry))
    }

    func taskLog(_ upid: String, _ call: Call) throws -> Answer {
        let task = try task(upid, call)
        let lines = task.log.isEmpty ? ["no content"] : task.log
        let start = call.parameters["start"].flatMap { Int($0) } ?? 0
        let limit = call.parameters["limit"].flatMap { Int($0) } ?? 50
        let chosen = lines.enumerated().dropFirst(start).prefix(limit == 0 ? lines.count : limit)
        return Answer(.list(chosen.map { ["n": .int($0.offset + 1), "t": .text($0.element)] }), total: lines.count)
    }

    func taskList(_ call: Call) -> Answer {
        let parameters = call.parameters
        let source = parameters["source"] ?? "archive"
        var found = tasks.all.filter { task in
            (source == "all" || (source == "active") == (task.end == nil))
                && (parameters["vmid"] == nil || task.id == parameters["vmid"])
                && (parameters["typefilter"] == nil || task.type == parameters["typefilter"])
                && (parameters["since"].flatMap { Int($0) } ?? 0) <= task.start
                && (isOwn(task, call) || may("Sys.Audit", on: "/nodes/\(name)", call))
        }
        let total = found.count
        found = Array(found.dropFirst(parameters["start"].flatMap { Int($0) } ?? 0))
        found = Array(found.prefix(parameters["limit"].flatMap { Int($0) } ?? 50))
        let list = found.map { task in
            var entry: [String: JSON] = [
                "upid": .text(task.upid), "node": .text(name), "pid": .int(task.pid), "pstart": .int(task.pid * 97),
                "starttime": .int(task.start), "type": .text(task.type), "id": .text(task.id),
                "user": .text(task.owner.user), "status": .text(task.exitStatus ?? "RUNNING"),
            ]
            entry["tokenid"] = task.owner.token.map { .text($0) }
            entry["endtime"] = task.end.map { .int($0) }
            return JSON.object(entry)
        }
        return Answer(.list(list), total: total)
    }

    private func task(_ upid: String, _ call: Call) throws -> NodeTask {
        guard
            upid.wholeMatch(of: /UPID:[^:\s]+:[0-9A-Fa-f]{8}:[0-9A-Fa-f]{8,9}:[0-9A-Fa-f]{8}:[^:\s]+:[^:\s]*:[^:\s]+:/)
                != nil
        else { throw Failure.parameters(["upid": "unable to parse worker upid"]) }
        guard let task = tasks.tasks[upid] else { throw Failure.parameters(["upid": "no such task"]) }
        if !isOwn(task, call) { try access.demand("Sys.Audit", on: "/nodes/\(name)", of: call.caller) }
        return task
    }

    /// A token sees its own tasks; a user those of all its tokens too.
    private func isOwn(_ task: NodeTask, _ call: Call) -> Bool {
        call.caller.token == nil ? task.owner.user == call.caller.user : task.owner == call.caller
    }
}
