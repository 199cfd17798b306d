/// `POST /nodes/{node}/lxc/{vmid}/clone` (PVE::API2::LXC, clone_vm).
extension Node {
    func clone(_ source: Int, _ call: Call) async throws -> Answer {
        let parameters = call.parameters
        guard let new = parameters["newid"].flatMap({ Int($0) }) else { throw Failure.parameters([:]) }
        if let target = parameters["storage"], try !storage(target).isEnabled {
            throw Failure.internalError("storage '\(target)' is disabled")
        }
        let isRunning = await runtime.isRunning(source)
        let original = try unlocked(source)
        if guests[new] != nil { throw Failure.internalError("CT \(new) already exists on node '\(name)'") }
        if let snapshot = parameters["snapname"] {
            throw Failure.internalError("snapshot '\(snapshot)' does not exist")
        }
        let isFull = parameters["full"].map { $0 == "1" } ?? !original.isTemplate
        try check(original, isFull: isFull, isRunning: isRunning, storage: parameters["storage"])

        guests[source]?.options["lock"] = "disk"
        guests[new] = try copy(of: original, parameters)
        firewalls[new] = firewalls[source]
        let volume = Volume(
            source: original.volume,
            target: freeVolume(of: new, on: try storage(parameters["storage"] ?? original.storage)),
            size: original.size
        )
        // The disk is created before the configuration refers to it.
        if call.fault == .killed { orphans.insert(volume.target) }
        return work("vzclone", source, call) { [self] upid in
            do {
                return try await finishClone(source, new, isFull: isFull, volume, call, upid)
            } catch {
                await giveUpClone(source, new)
                let reason = (error as? Failure)?.message ?? "\(error)"
                throw Failure.internalError("clone failed: " + (Task.isCancelled ? "interrupted by signal" : reason))
            }
        }
    }

    func freeVolume(of id: Int, on storage: Storage) -> String {
        var number = 0
        while orphans.contains(storage.volume(of: id, number: number)) { number += 1 }
        return storage.volume(of: id, number: number)
    }

    private struct Volume: Sendable {
        var source: String
        var target: String
        var size: String
    }

    private func check(_ original: GuestConfig, isFull: Bool, isRunning: Bool, storage target: String?) throws {
        if isFull {
            guard isRunning else { return }
            throw Failure.internalError(
                release == .v9_2
                    ? "Full clone of a running container is only possible from a snapshot"
                    : "Cannot do full clones on a running container without snapshots"
            )
        }
        guard target == nil else {
            throw Failure.internalError("parameter 'storage' not allowed for linked clones")
        }
        guard try storage(original.storage).supportsLinkedClones(ofTemplate: original.isTemplate) else {
            throw Failure.internalError("Linked clone feature for '\(original.volume)' is not available")
        }
    }

    /// Returns a copy of the configuration without volumes, MAC addresses, snapshots and pending changes.
    private func copy(of original: GuestConfig, _ parameters: [String: String]) throws -> GuestConfig {
        var copy = original
        copy.pending = [:]
        for key in ["template", "rootfs"] { copy.options[key] = nil }
        copy.options["lock"] = "create"
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
        _ volume: Volume,
        _ call: Call,
        _ upid: String
    ) async throws -> [String] {
        if release == .v9_2 { log("creating a clone of container \(source) with ID \(new)", to: upid) }
        for name in [volume.source, volume.target].compactMap({ $0.split(separator: ":").first }) {
            guard try storage(String(name)).isEnabled else {
                throw Failure.internalError("storage '\(name)' is disabled")
            }
            guard try storage(String(name)).holdsGuests else {
                throw Failure.internalError(
                    "content type 'rootdir' is not available or configured on storage '\(name)'")
            }
        }
        let kind = isFull ? "full clone of mountpoint" : "linked clone of mount point"
        log("create \(kind) rootfs (\(volume.source))", to: upid)
        if call.fault == .full {
            log("rsync: [receiver] write failed: No space left on device (28)", to: upid)
            throw Failure.internalError("command 'rsync --stats -X -A --numeric-ids -aH' failed: exit code 11")
        }
        let isLayered = !isFull && guests[source]?.isTemplate == true
        try await runtime.clone(source, to: new, layered: isLayered)
        bases[new] = isLayered ? source : nil
        // The pool is joined late. Until here its privileges do not apply to the new guest.
        if let pool = call.parameters["pool"] { access.pools[new] = pool }
        guests[source]?.options["lock"] = nil
        guests[new]?.options["rootfs"] = "\(volume.target),size=\(volume.size)"
        guests[new]?.options["lock"] = nil
        return guests[new].map(nestingWarning) ?? []
    }

    private func giveUpClone(_ source: Int, _ new: Int) {
        guests[source]?.options["lock"] = nil
        guests[new] = nil
        firewalls[new] = nil
    }
}
