import Foundation

/// Starting and stopping (PVE::API2::LXC::Status).
extension Node {
    /// Locks, a template, a missing bridge: all that shows in the task, not in the answer.
    func start(_ id: Int, _ call: Call) async throws -> Answer {
        _ = try guest(id)
        if await runtime.isRunning(id) { throw Failure.internalError("CT \(id) already running") }
        return work("vzstart", id, call.caller) { [self] _ in try await bringUp(id) }
    }

    private func bringUp(_ id: Int) async throws -> [String] {
        var guest = try unlocked(id)
        if guest.isTemplate { throw Failure.internalError("you can't start a CT if it's a template") }
        if await runtime.isRunning(id) { throw Failure.internalError("CT \(id) already running") }
        for (key, value) in guest.pending { guest.options[key] = value }
        guest.pending = [:]
        guests[id] = guest
        do {
            try await runtime.start(id, configuration: configuration(of: guest, id))
        } catch {
            throw Failure.internalError("startup for container '\(id)' failed")
        }
        starts[id] = Int(Date().timeIntervalSince1970)
        return nestingWarning(guest)
    }

    func stop(_ id: Int, _ call: Call) async throws -> Answer {
        _ = try guest(id)
        guard await runtime.isRunning(id) else { throw Failure.internalError("CT \(id) not running") }
        return work("vzstop", id, call.caller) { [self] _ in
            _ = try await unlocked(id)
            try await runtime.stop(id)
            return []
        }
    }

    func shutdown(_ id: Int, _ call: Call) async throws -> Answer {
        _ = try guest(id)
        guard await runtime.isRunning(id) else { throw Failure.internalError("CT \(id) not running") }
        let timeout = call.parameters["timeout"].flatMap { Int($0) } ?? 60
        let forces = call.parameters["forceStop"] == "1"
        return work("vzshutdown", id, call.caller) { [self] _ in
            _ = try await unlocked(id)
            if try await runtime.shutdown(id, timeout: timeout) { return [] }
            guard forces else { throw Failure.internalError("container did not stop") }
            try await runtime.stop(id)
            return []
        }
    }

    func reboot(_ id: Int, _ call: Call) async throws -> Answer {
        _ = try guest(id)
        guard await runtime.isRunning(id) else { throw Failure.internalError("VM \(id) not running") }
        let timeout = call.parameters["timeout"].flatMap { Int($0) } ?? 60
        return work("vzreboot", id, call.caller) { [self] _ in
            _ = try await unlocked(id)
            if try await !runtime.shutdown(id, timeout: timeout) { try await runtime.stop(id) }
            return try await bringUp(id)
        }
    }

    /// `DELETE /nodes/{node}/lxc/{vmid}` (PVE::API2::LXC, destroy_vm).
    func destroy(_ id: Int, _ call: Call) async throws -> Answer {
        let guest = try unlocked(id)
        if guest.isProtected { throw Failure.internalError("can't remove CT \(id) - protection mode enabled") }
        let forces = call.parameters["force"] == "1"
        let isRunning = await runtime.isRunning(id)
        if isRunning, !forces {
            throw Failure.internalError("unable to destroy CT \(id) - container is running")
        }
        let purges = call.parameters["purge"] == "1"
        return work("vzdestroy", id, call.caller) { [self] upid in
            if isRunning { try await runtime.stop(id) }
            await begin(destructionOf: id)
            try await runtime.destroy(id)
            if purges { await log("purging CT \(id) from related configurations..", to: upid) }
            await forget(id)
            return []
        }
    }

    private func begin(destructionOf id: Int) { guests[id]?.options["lock"] = "destroyed" }

    private func forget(_ id: Int) {
        guests[id] = nil
        firewalls[id] = nil
        access.pools[id] = nil
        access.entries.removeAll { $0.path == "/vms/\(id)" }
    }
}
