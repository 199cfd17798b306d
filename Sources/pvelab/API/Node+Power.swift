import Foundation

/// Start, stop and reboot (PVE::API2::LXC::Status).
extension Node {
    /// Starts a guest. A lock, a template, a missing bridge and even a missing guest are reported by the task, not by
    /// the response.
    func start(_ id: Int, _ call: Call) async throws -> Answer {
        let ignoresLock = try ignoresLock(call)
        if await runtime.isRunning(id) { throw Failure.internalError("CT \(id) already running") }
        return work("vzstart", id, call) { [self] _ in
            try await locked(id) { try await self.bringUp(id, ignoresLock: ignoresLock) }
        }
    }

    private func bringUp(_ id: Int, ignoresLock: Bool = false) async throws -> [String] {
        var guest = try ignoresLock ? guest(id) : unlocked(id)
        if guest.isTemplate { throw Failure.internalError("you can't start a CT if it's a template") }
        if await runtime.isRunning(id) { throw Failure.internalError("CT \(id) already running") }
        for (key, value) in guest.pending { guest.options[key] = value }
        guest.pending = [:]
        guests[id] = guest
        let configuration = configuration(of: guest, id)
        try checkBridges(of: configuration.networks)
        do {
            try await runtime.start(id, configuration: configuration)
        } catch {
            throw Failure.internalError("startup for container '\(id)' failed")
        }
        starts[id] = Int(Date().timeIntervalSince1970)
        return nestingWarning(guest)
    }

    func checkBridges(of networks: [[String: String]]) throws {
        for bridge in networks.compactMap({ $0["bridge"] }) where !bridges.contains(bridge) {
            throw Failure.internalError("bridge '\(bridge)' does not exist")
        }
    }

    func stop(_ id: Int, _ call: Call) async throws -> Answer {
        let ignoresLock = try ignoresLock(call)
        guard await runtime.isRunning(id) else { throw Failure.internalError("CT \(id) not running") }
        let overruled = call.parameters["overrule-shutdown"] == "1" ? shutdowns(of: id) : []
        return work("vzstop", id, call) { [self] _ in
            for upid in overruled { await endWorker(upid) }
            return try await locked(id) {
                if !ignoresLock { _ = try await self.unlocked(id) }
                try await self.runtime.stop(id)
                return []
            }
        }
    }

    private func shutdowns(of id: Int) -> [String] {
        tasks.all.filter { $0.end == nil && $0.type == "vzshutdown" && $0.id == String(id) }.map(\.upid)
    }

    func shutdown(_ id: Int, _ call: Call) async throws -> Answer {
        guard await runtime.isRunning(id) else { throw Failure.internalError("CT \(id) not running") }
        let timeout = call.parameters["timeout"].flatMap { Int($0) } ?? 60
        let forces = call.parameters["forceStop"] == "1"
        return work("vzshutdown", id, call) { [self] upid in
            try await locked(id) {
                _ = try await self.unlocked(id)
                if try await self.runtime.shutdown(id, timeout: timeout) { return [] }
                await self.log(
                    "command 'lxc-stop -n \(id) --nokill --timeout \(timeout)' failed: exit code 1", to: upid)
                guard forces else { throw Failure.internalError("container did not stop") }
                try await self.runtime.stop(id)
                return []
            }
        }
    }

    /// Reboots a guest. A reboot that is requested during a shutdown waits for it, and leaves the guest stopped without
    /// an error.
    func reboot(_ id: Int, _ call: Call) async throws -> Answer {
        guard await runtime.isRunning(id) else { throw Failure.internalError("VM \(id) not running") }
        let timeout = call.parameters["timeout"].flatMap { Int($0) } ?? 60
        return work("vzreboot", id, call) { [self] _ in
            try await locked(id) {
                _ = try await self.unlocked(id)
                guard await self.runtime.isRunning(id) else { return [] }
                if try await !self.runtime.shutdown(id, timeout: timeout) { try await self.runtime.stop(id) }
                return try await self.bringUp(id)
            }
        }
    }

    /// Runs the body with exclusive access to a guest (PVE::LXC::Config, lock_config). A second caller waits for up to
    /// ten seconds, then fails.
    func locked<Result: Sendable>(
        _ id: Int, _ body: @Sendable () async throws -> Result
    ) async throws -> Result {
        let deadline = ContinuousClock.now + .seconds(10)
        while lockFiles.contains(id) {
            guard ContinuousClock.now < deadline else {
                throw Failure.internalError("can't lock file '/run/lock/lxc/pve-config-\(id).lock' - got timeout")
            }
            try await Task.sleep(for: .milliseconds(50))
        }
        lockFiles.insert(id)
        defer { lockFiles.remove(id) }
        return try await body()
    }

    /// Returns whether the call ignores locks. Only root itself may do so, not one of its tokens.
    private func ignoresLock(_ call: Call) throws -> Bool {
        guard call.parameters["skiplock"] == "1" else { return false }
        guard call.caller == .root else { throw Failure.parameters(["skiplock": "Only root may use this option."]) }
        return true
    }
}
