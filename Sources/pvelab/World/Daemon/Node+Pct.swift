/// `pct` on the node's shell, with Proxmox's messages (PVE::CLI::pct).
extension Node {
    func pct(_ words: [String]) async -> ControlAnswer {
        switch (words.first, words.dropFirst().first.flatMap { Int($0) }) {
        case ("list", nil): return await list()
        case ("status", let id?):
            return await known(id) { "status: \(await self.runtime.isRunning(id) ? "running" : "stopped")\n" }
        case ("config", let id?): return await known(id) { self.listing(id, current: words.contains("--current")) }
        case ("create", let id?): return await pctCreate(id, Array(words.dropFirst(2)))
        case ("destroy", let id?):
            return await pvesh(["delete", "/nodes/\(name)/lxc/\(id)"] + words.dropFirst(2))
        case ("mount", let id?): return await known(id) { self.mount(id) }
        case ("unmount", let id?): return await known(id) { self.unmount(id) }
        case ("listsnapshot", let id?):
            return await known(id) { ControlAnswer(output: "`-> current      You are here!\n") }
        case ("template", let id?): return await pvesh(["create", "/nodes/\(name)/lxc/\(id)/template"])
        case (let verb?, let id?) where ["start", "stop"].contains(verb):
            let path = ["nodes", name, "lxc", String(id), "status", verb]
            return await foreground(Call(method: "POST", path: path, parameters: [:], caller: .root))
        case ("set", let id?):
            return await pvesh(["set", "/nodes/\(name)/lxc/\(id)/config"] + words.dropFirst(2))
        case ("unlock", let id?): return await known(id) { self.unlock(id) }
        default:
            return ControlAnswer(status: 255, error: "ERROR: unknown command 'pct \(words.joined(separator: " "))'\n")
        }
    }

    private func known(_ id: Int, _ answer: () async -> String) async -> ControlAnswer {
        await known(id) { ControlAnswer(output: await answer()) }
    }

    private func known(_ id: Int, _ answer: () async -> ControlAnswer) async -> ControlAnswer {
        guard guests[id] != nil else {
            return ControlAnswer(
                status: 2,
                error: "Configuration file 'nodes/\(name)/lxc/\(id).conf' does not exist\n"
            )
        }
        return await answer()
    }

    /// Sets the lock that only `unmount` removes. The shell script mounts the disk.
    private func mount(_ id: Int) -> ControlAnswer {
        if let lock = guests[id]?.lock { return ControlAnswer(status: 255, error: "CT is locked (\(lock))\n") }
        guests[id]?.options["lock"] = "mounted"
        return ControlAnswer()
    }

    private func unmount(_ id: Int) -> ControlAnswer {
        guard guests[id]?.lock == "mounted" else {
            return ControlAnswer(status: 255, error: "no lock found trying to remove 'mounted'  lock\n")
        }
        guests[id]?.options["lock"] = nil
        return ControlAnswer()
    }

    private func list() async -> ControlAnswer {
        func row(_ id: String, _ status: String, _ lock: String, _ name: String) -> String {
            [(id, 10), (status, 10), (lock, 12), (name, 20)].map { text, width in
                text + String(repeating: " ", count: max(0, width - text.count))
            }.joined(separator: " ") + "\n"
        }
        var output = row("VMID", "Status", "Lock", "Name")
        for (id, guest) in guests.sorted(by: { $0.key < $1.key }) {
            let status = await runtime.isRunning(id) ? "running" : "stopped"
            output += row(String(id), status, guest.lock ?? "", guest.options["hostname"] ?? "CT\(id)")
        }
        return ControlAnswer(output: output)
    }

    private func listing(_ id: Int, current: Bool) -> String {
        let options = guests[id]?.merged(current: current) ?? [:]
        return options.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)\n" }.joined()
    }

    private func unlock(_ id: Int) -> String {
        guests[id]?.options["lock"] = nil
        return ""
    }
}
