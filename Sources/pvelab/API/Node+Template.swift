/// `POST /nodes/{node}/lxc/{vmid}/template` (PVE::API2::LXC, template). Returns null, although a task does the work.
extension Node {
    func convertToTemplate(_ id: Int, _ call: Call) async throws -> Answer {
        let isRunning = await runtime.isRunning(id)
        let guest = try unlocked(id)
        if guest.isTemplate { throw Failure.internalError("you can't convert a template to a template") }
        if isRunning { throw Failure.internalError("you can't convert a running container to a template") }
        let volume = try storage(guest.storage).volume(of: id, isTemplate: true)
        _ = work("vztemplate", id, call) { [self] _ in
            await becomeTemplate(id, volume: "\(volume),size=\(guest.size)")
            return []
        }
        return Answer(.null)
    }

    private func becomeTemplate(_ id: Int, volume: String) {
        guests[id]?.options["rootfs"] = volume
        guests[id]?.options["template"] = "1"
    }
}
