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
            try await locked(id) {
                if await self.runtime.isRunning(id) {
                    await self.log("forced to stop CT \(id) before destroying!", to: upid)
                    try await self.runtime.stop(id)
                }
                if let volume = try await self.volumeInUse(of: id) {
                    throw Failure.internalError("base volume '\(volume)' is still in use by linked clones")
                }
                try await self.runtime.destroy(id)
                await self.leave(id)
                if purges { await self.log("purging CT \(id) from related configurations..", to: upid) }
                await self.forget(id)
                if call.parameters["destroy-unreferenced-disks"] == "1" { await self.removeOrphans(of: id) }
                return []
            }
        }
    }

    /// Returns the volume of a template that has linked clones. On btrfs the clones are independent.
    private func volumeInUse(of id: Int) throws -> String? {
        guard bases.values.contains(id), let guest = guests[id] else { return nil }
        return try storage(guest.storage).kind == .lvmthin ? guest.volume : nil
    }

    /// Removes the guest from its pool before its configuration is removed. In between, callers get "forbidden", not
    /// "missing".
    func leave(_ id: Int) {
        guests[id]?.options["lock"] = "destroyed"
        access.pools[id] = nil
        access.entries.removeAll { $0.path == "/vms/\(id)" }
    }

    private func removeOrphans(of id: Int) {
        orphans = orphans.filter { !$0.contains(":vm-\(id)-disk-") && !$0.contains("/vm-\(id)-disk-") }
    }

    func forget(_ id: Int) {
        guests[id] = nil
        firewalls[id] = nil
        bases[id] = nil
    }
}
