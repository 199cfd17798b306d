extension Permission {
    /// Makes the checks of `POST …/lxc` in Proxmox's order: id, keys, pool, privileges, options, template, storage.
    func create(_ request: CreateRequest) async throws {
        if await node.guests[request.id] != nil {
            throw Failure.internalError("CT \(request.id) already exists on node '\(node.name)'")
        }
        try PublicKeys.check(request.publicKeys)
        let access = await node.access
        if let pool = request.pool { try demand(pool: pool, in: access) }
        let paths = (request.pool.map { ["/pool/\($0)"] } ?? []) + ["/vms/\(request.id)"]
        func holds(_ privilege: String) -> Bool {
            paths.contains { access.privileges(of: call.caller, on: $0).contains(privilege) }
        }
        guard holds("VM.Allocate") else { throw Failure(status: 403, message: "Permission check failed") }
        if node.release == .v9_2, !request.isUnprivileged {
            try access.demand("Sys.Modify", on: "/", of: call.caller)
        }
        let planned = GuestConfig(options: ["unprivileged": request.isUnprivileged ? "1" : "0"])
        for key in request.configured.sorted() {
            let privilege = Self.privilege(for: key)
            guard holds(privilege) else { throw Failure.forbidden("/vms/\(request.id)", [privilege]) }
            try reserve(key, planned)
            if key.hasPrefix("net"), let value = call.parameters[key] { try bridge(value, access) }
        }
        try await template(request.template, access)
        try await storage(try request.disk().storage, access)
    }

    /// Checks the access to a template (PVE::Storage, check_volume_access).
    private func template(_ volume: String, _ access: Access) async throws {
        let parts = volume.split(separator: ":", maxSplits: 1).map(String.init)
        guard parts.count == 2, Format.volume.error(volume) == nil else {
            guard call.caller == .root else {
                let line = node.release == .v9_2 ? 651 : 581
                throw Failure.internalError(
                    "Only root can pass arbitrary filesystem paths. at /usr/share/perl5/PVE/Storage.pm line \(line).")
            }
            return
        }
        let kind = try await node.storage(parts[0]).kind
        guard parts[1].wholeMatch(of: /vztmpl\/[^\/]+/) != nil else {
            throw Failure.internalError(
                "unable to parse \(kind == .dir ? "directory" : kind.rawValue) volume name '\(parts[1])'")
        }
        let path = "/storage/\(parts[0])"
        if access.privileges(of: call.caller, on: path).contains("Datastore.Allocate") { return }
        try access.demand("Datastore.AllocateSpace", "Datastore.Audit", on: path, of: call.caller)
    }

    private func storage(_ name: String, _ access: Access) async throws {
        let storage = try await node.storage(name)
        guard storage.isEnabled else { throw Failure.internalError("storage '\(name)' is disabled") }
        guard storage.holdsGuests else {
            throw Failure.parameters(["storage": "storage '\(name)' does not support container directories"])
        }
        try access.demand("Datastore.AllocateSpace", on: "/storage/\(name)", of: call.caller)
    }
}
