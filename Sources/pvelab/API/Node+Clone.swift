/// `POST /nodes/{node}/lxc/{vmid}/clone` (PVE::API2::LXC, clone_vm).
extension Node {
    func clone(_ source: Int, _ call: Call) async throws -> Answer {
        let parameters = call.parameters
        guard let new = parameters["newid"].flatMap({ Int($0) }) else { throw Failure.parameters([:]) }
        if let storage = parameters["storage"], !storages.contains(storage) {
            throw Failure.internalError("storage '\(storage)' does not exist")
        }
        let original = try unlocked(source)
        if guests[new] != nil { throw Failure.internalError("CT \(new) already exists on node '\(name)'") }
        let isFull = parameters["full"].map { $0 == "1" } ?? !original.isTemplate
        if !isFull, parameters["storage"] != nil {
            throw Failure.parameters(["storage": "parameter 'storage' not allowed for linked clones"])
        }
        if isFull, await runtime.isRunning(source) {
            throw Failure.internalError(
                release == .v9_2
                    ? "Full clone of a running container is only possible from a snapshot"
                    : "Cannot do full clones on a running container without snapshots"
            )
        }
        // Another call may have come in while the runtime was asked.
        _ = try unlocked(source)
        if guests[new] != nil { throw Failure.internalError("CT \(new) already exists on node '\(name)'") }

        guests[source]?.options["lock"] = "disk"
        guests[new] = try copy(of: original, as: new, isFull: isFull, parameters)
        firewalls[new] = firewalls[source]
        let pool = parameters["pool"]
        return work("vzclone", source, call.caller) { [self] upid in
            try await finishClone(source, new, isFull: isFull, pool: pool, upid)
        }
    }

    /// Everything comes along but volumes, addresses of the network cards, snapshots, pending changes.
    private func copy(
        of original: GuestConfig,
        as new: Int,
        isFull: Bool,
        _ parameters: [String: String]
    ) throws -> GuestConfig {
        var copy = original
        copy.pending = [:]
        copy.options["template"] = nil
        copy.options["lock"] = "create"
        let storage = parameters["storage"] ?? original.options["rootfs"]?.split(separator: ":").first.map(String.init)
        copy.options["rootfs"] = "\(storage ?? "local-lvm"):vm-\(new)-disk-0,size=4G"
        for (key, value) in copy.options where key.wholeMatch(of: /net\d+/) != nil {
            var device = try NetworkOption(value, parameter: key)
            device.renewAddress()
            copy.options[key] = device.text
        }
        if let hostname = parameters["hostname"], !hostname.isEmpty { copy.options["hostname"] = hostname }
        if let notes = parameters["description"], !notes.isEmpty { copy.description = notes }
        return copy
    }

    private func finishClone(
        _ source: Int,
        _ new: Int,
        isFull: Bool,
        pool: String?,
        _ upid: String
    ) async throws -> [String] {
        let volume = guests[source]?.options["rootfs"]?.split(separator: ",").first ?? ""
        log("creating a clone of container \(source) with ID \(new)", to: upid)
        log(
            isFull
                ? "create full clone of mountpoint rootfs (\(volume))"
                : "create linked clone of mount point rootfs (\(volume))",
            to: upid
        )
        do {
            try await runtime.clone(source, to: new, linked: !isFull)
        } catch {
            guests[source]?.options["lock"] = nil
            guests[new] = nil
            firewalls[new] = nil
            throw Failure.internalError("clone failed: \(error)")
        }
        // The pool is joined late: until here its rights do not count for the new guest.
        if let pool { access.pools[new] = pool }
        guests[source]?.options["lock"] = nil
        guests[new]?.options["lock"] = nil
        return guests[new].map(nestingWarning) ?? []
    }
}
