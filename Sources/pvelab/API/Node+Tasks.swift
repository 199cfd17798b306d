/// `…/tasks` (PVE::API2::Tasks)
extension Node {
    func taskStatus(_ upid: String, _ call: Call) throws -> Answer {
        guard let task = try task(upid, "Sys.Audit", call) else {
            throw Failure.parameters(["upid": "no such task"])
        }
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
        guard let task = try task(upid, "Sys.Audit", call) else {
            let line: JSON = ["n": 1, "t": "unable to open file - No such file or directory"]
            return Answer(release == .v9_2 ? .list([line]) : line, total: 1)
        }
        let lines = task.log.isEmpty ? ["no content"] : task.log
        let start = call.parameters["start"].flatMap { Int($0) } ?? 0
        let limit = call.parameters["limit"].flatMap { Int($0) } ?? 50
        let chosen = lines.enumerated().dropFirst(start).prefix(limit == 0 ? lines.count : limit)
        return Answer(.list(chosen.map { ["n": .int($0.offset + 1), "t": .text($0.element)] }), total: lines.count)
    }

    /// Stops a task with SIGTERM and waits for its end. Does nothing if the task has ended.
    func stopTask(_ upid: String, _ call: Call) async throws -> Answer {
        _ = try task(upid, "Sys.Modify", call)
        await endWorker(upid)
        return Answer(.null)
    }

    func endWorker(_ upid: String) async {
        guard let worker = workers[upid] else { return }
        worker.cancel()
        await worker.value
    }

    func taskList(_ call: Call) -> Answer {
        let parameters = call.parameters
        func number(_ key: String, or other: Int) -> Int { parameters[key].flatMap { Int($0) } ?? other }
        let source = parameters["source"] ?? "archive"
        let seesAll = may("Sys.Audit", on: "/nodes/\(name)", call)
        let found = tasks.all.filter { task in
            (source == "all" || (source == "active") == (task.end == nil))
                && (parameters["vmid"] == nil || task.id == parameters["vmid"])
                && (parameters["typefilter"] == nil || task.type == parameters["typefilter"])
                && (parameters["userfilter"].map { task.owner.name.contains($0) } ?? true)
                && (parameters["statusfilter"].map { Self.list($0).contains(task.outcome) } ?? true)
                && (parameters["errors"] != "1" || task.outcome != "ok")
                && (number("since", or: 0)...number("until", or: .max)).contains(task.start)
                && (seesAll || isOwn(task.owner, call))
        }
        let list = found.dropFirst(number("start", or: 0)).prefix(number("limit", or: 50)).map(entry)
        return Answer(.list(list), total: found.count)
    }

    private func entry(_ task: NodeTask) -> JSON {
        var entry: [String: JSON] = [
            "upid": .text(task.upid), "node": .text(name), "pid": .int(task.pid), "pstart": .int(task.pid * 97),
            "starttime": .int(task.start), "type": .text(task.type), "id": .text(task.id),
        ]
        if let end = task.end {
            entry["status"] = task.exitStatus.map { .text($0) }
            entry["endtime"] = .int(end)
            entry["user"] = .text(task.owner.user)
            entry["tokenid"] = task.owner.token.map { .text($0) }
        } else {
            entry["status"] = "RUNNING"
            entry["saved"] = "0"
            entry["user"] = .text(task.owner.name)
        }
        return .object(entry)
    }

    /// Returns a task, or nil if it does not exist. Callers other than the owner need the privilege.
    private func task(_ upid: String, _ privilege: String, _ call: Call) throws -> NodeTask? {
        let grammar =
            /UPID:[^:\s]+:[0-9A-Fa-f]{8}:[0-9A-Fa-f]{8,9}:[0-9A-Fa-f]{8}:[^:\s\/]+:[^:\s\/]*:([^:!\s\/]+)(?:!([^:\s\/]+))?:/
        guard let match = upid.wholeMatch(of: grammar) else {
            throw Failure.parameters(["upid": "unable to parse worker upid"])
        }
        let owner = Caller(user: String(match.output.1), token: match.output.2.map(String.init))
        if !isOwn(owner, call) { try access.demand(privilege, on: "/nodes/\(name)", of: call.caller) }
        return tasks.tasks[upid]
    }

    /// Returns whether the caller owns a task. A token sees its own tasks; a user sees those of all its tokens, too.
    private func isOwn(_ owner: Caller, _ call: Call) -> Bool {
        call.caller.token == nil ? owner.user == call.caller.user : owner == call.caller
    }
}
