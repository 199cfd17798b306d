/// Dispatches a call by method and path: first permissions with unvalidated parameters, then the schema, then the code.
struct Router: Sendable {
    let node: Node
    let nodeName: String

    func answer(_ call: Call) async throws -> Answer {
        let path = call.path
        if path.first == "nodes", path.count > 1 {
            guard path[1] == nodeName || path[1] == "localhost" else {
                let reason =
                    Format.node.error(path[1]) == nil
                    ? "Temporary failure in name resolution" : "Name or service not known"
                throw Failure.internalError(
                    "hostname lookup '\(path[1])' failed - failed to get address info for: \(path[1]): \(reason)"
                )
            }
            return try await answer(call, below: Array(path.dropFirst(2)))
        }
        switch (call.method, path) {
        case ("GET", ["version"]): return try await checked(call, .none) { await node.version() }
        case ("GET", ["access", "permissions"]):
            return try await checked(call, .permissions) {
                Answer(await node.access.permissions(of: call.caller, on: call.parameters["path"]))
            }
        case ("GET", ["cluster", "nextid"]): return try await checked(call, .nextid) { try await node.nextID(call) }
        case ("GET", ["cluster", "resources"]):
            return try await checked(call, .resources) { await node.resources(call) }
        case ("GET", ["cluster", "firewall", "options"]):
            try await node.access.demand("Sys.Audit", on: "/", of: call.caller)
            return try await checked(call, .none) { await node.datacenterFirewallOptions() }
        case ("PUT", ["cluster", "firewall", "options"]):
            try await node.access.demand("Sys.Modify", on: "/", of: call.caller)
            return try await checked(call, .datacenterFirewallOptions) {
                try await node.setDatacenterFirewallOptions(call)
            }
        case ("GET", ["pools"]): return try await checked(call, .pools) { try await node.pools(call) }
        case ("GET", ["nodes"]): return try await checked(call, .none) { await node.nodes(call) }
        default: throw Self.unknown(call)
        }
    }

    private func answer(_ call: Call, below path: [String]) async throws -> Answer {
        switch (call.method, path.count, path.first) {
        case ("POST", 1, "lxc"):
            return try await checked(call, .create(for: node.release)) { try await node.create(call) }
        case ("GET", 1, "lxc"): return try await checked(call, .none) { await node.containers(call) }
        case ("GET", 2, "certificates") where path[1] == "info":
            return try await checked(call, .none) { await node.certificates() }
        case ("GET", 1, "version"): return try await checked(call, .none) { await node.version() }
        case ("GET", 1, "storage"): return try await checked(call, .storageList) { await node.storages(call) }
        case ("GET", 3, "storage") where path[2] == "content":
            try await node.access.demand(
                "Datastore.Audit", "Datastore.AllocateSpace", on: "/storage/\(path[1])", of: call.caller)
            return try await checked(call, .content) { try await node.content(of: path[1], call) }
        case ("GET", 1, "network"): return try await checked(call, .networkList) { await node.networks(call) }
        case ("GET", 1, "tasks"): return try await checked(call, .taskList) { await node.taskList(call) }
        case ("GET", 3, "tasks") where path[2] == "status":
            return try await checked(call, .none) { try await node.taskStatus(path[1], call) }
        case ("GET", 3, "tasks") where path[2] == "log":
            return try await checked(call, .taskLog) { try await node.taskLog(path[1], call) }
        case ("DELETE", 2, "tasks"):
            return try await checked(call, .none) { try await node.stopTask(path[1], call) }
        case (_, 2..., "lxc"):
            try Schema([.vmid("vmid").required]).check(["vmid": path[1]])
            guard let id = Int(path[1]) else { throw Self.unknown(call) }
            return try await answer(call, to: id, Array(path.dropFirst(2)))
        default: throw Self.unknown(call)
        }
    }

    private func answer(_ call: Call, to id: Int, _ path: [String]) async throws -> Answer {
        func demand(_ privilege: String) async throws {
            try await node.access.demand(privilege, on: "/vms/\(id)", of: call.caller)
        }
        switch (call.method, path) {
        case ("DELETE", []):
            try await demand("VM.Allocate")
            return try await checked(call, .destroy) { try await node.destroy(id, call) }
        case ("GET", ["config"]):
            try await demand("VM.Audit")
            return try await checked(call, .configRead) { try await node.configuration(id, call) }
        case ("GET", ["pending"]):
            try await demand("VM.Audit")
            return try await checked(call, .none) { try await node.pending(id) }
        case ("PUT", ["config"]):
            try await Permission(node: node, call: call).configure(id)
            return try await checked(call, .config(of: node.release)) { try await node.configure(id, call) }
        case ("POST", ["clone"]):
            try await Permission(node: node, call: call).clone(id)
            return try await checked(call, .clone) { try await node.clone(id, call) }
        case ("POST", ["template"]):
            try await demand("VM.Allocate")
            return try await checked(call, .none) { try await node.convertToTemplate(id, call) }
        case ("GET", ["status", "current"]):
            try await demand("VM.Audit")
            return try await checked(call, .none) { try await node.status(id) }
        case ("POST", ["status", "start"]):
            try await demand("VM.PowerMgmt")
            return try await checked(call, .start) { try await node.start(id, call) }
        case ("POST", ["status", "stop"]):
            try await demand("VM.PowerMgmt")
            return try await checked(call, .stop) { try await node.stop(id, call) }
        case ("POST", ["status", "shutdown"]):
            try await demand("VM.PowerMgmt")
            return try await checked(call, .shutdown) { try await node.shutdown(id, call) }
        case ("POST", ["status", "reboot"]):
            try await demand("VM.PowerMgmt")
            return try await checked(call, .reboot) { try await node.reboot(id, call) }
        case ("GET", ["interfaces"]):
            try await demand("VM.Audit")
            return try await checked(call, .none) { try await node.interfaces(id) }
        case ("GET", ["feature"]):
            try await demand("VM.Audit")
            return try await checked(call, .feature) { try await node.feature(id, call) }
        case (_, _) where path.first == "firewall":
            try await demand(call.method == "GET" ? "VM.Audit" : "VM.Config.Network")
            return try await firewall(call, id, Array(path.dropFirst()))
        default: throw Self.unknown(call)
        }
    }

    private func firewall(_ call: Call, _ id: Int, _ path: [String]) async throws -> Answer {
        switch (call.method, path.count, path.first) {
        case ("GET", 1, "options"): return try await checked(call, .none) { await node.firewallOptions(id) }
        case ("PUT", 1, "options"):
            return try await checked(call, .firewallOptions) { try await node.setFirewallOptions(id, call) }
        case ("GET", 1, "rules"): return try await checked(call, .none) { await node.firewallRules(id) }
        case ("POST", 1, "rules"):
            return try await checked(call, .newFirewallRule) { try await node.addFirewallRule(id, call) }
        case ("GET", 2, "rules"):
            let position = Int(path[1]) ?? -1
            return try await checked(call, .none) { try await node.firewallRule(id, at: position, call) }
        case ("PUT", 2, "rules"):
            let position = Int(path[1]) ?? -1
            return try await checked(call, .firewallRule) {
                try await node.changeFirewallRule(id, at: position, call)
            }
        case ("DELETE", 2, "rules"):
            let position = Int(path[1]) ?? -1
            return try await checked(call, .firewallRuleRemoval) {
                try await node.deleteFirewallRule(id, at: position, call)
            }
        default: throw Self.unknown(call)
        }
    }

    private func checked(
        _ call: Call,
        _ schema: Schema,
        _ body: () async throws -> Answer
    ) async throws -> Answer {
        try schema.check(call.parameters)
        return try await body()
    }

    private static func unknown(_ call: Call) -> Failure {
        Failure(status: 501, message: "Method '\(call.method) /\(call.path.joined(separator: "/"))' not implemented")
    }
}
