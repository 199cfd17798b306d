/// `DELETE /nodes/{node}/lxc/{vmid}` (PVE::API2::LXC, destroy_vm).
extension Node {
    func destroy(_ id: Int, _ call: Call) async throws -> Answer {
        let isRunning = await runtime.isRunning(id)
        let guest = try unlocked(id)
        if guest.isProtected { throw Failure.internalError("can't remove CT \(id) - protection mode enabled") }
        if isRunning, call.parameters["force"] != "1" {
            throw Failure.internalError("unable to destroy CT \(id) - container is running")
        }
        let purges = call.parameters["purge"] == "1"
        return work("vzdestroy", id, call) { [self] upid in
            if await runtime.isRunning(id) {
                await log("forced to stop CT \(id) before destroying!", to: upid)
                try await runtime.stop(id)
            }
            try await runtime.destroy(id)
            await begin(destructionOf: id)
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
