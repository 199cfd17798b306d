import Foundation

/// `POST /nodes/{node}/lxc` (PVE::API2::LXC, create_vm).
extension Node {
    func create(_ call: Call) async throws -> Answer {
        let request = try CreateRequest(call.parameters, for: release)
        try await Permission(node: self, call: call).create(request)
        let change = request.options.isEmpty ? nil : try ConfigChange(request.options, for: release)
        let id = request.id
        // Another request may have taken the id during the checks.
        if guests[id] != nil { throw Failure.internalError("CT \(id) already exists on node '\(name)'") }
        let disk = try request.disk()
        let volume = freeVolume(of: id, on: try storage(disk.storage))

        guests[id] = GuestConfig(options: ["lock": "create"])
        if call.fault == .killed { orphans.insert(volume) }
        return work("vzcreate", id, call) { [self] upid in
            do {
                let warnings = try await locked(id) {
                    try await self.build(request, change, on: volume, disk.size, call, upid)
                }
                // The start is a separate task; this one does not wait for it.
                if request.starts { _ = try? await start(id, call.without("skiplock")) }
                return warnings
            } catch {
                await abandon(id)
                let reason = Task.isCancelled ? "interrupted by signal" : (error as? Failure)?.message ?? "\(error)"
                throw Failure.internalError("unable to create CT \(id) - \(reason)")
            }
        }
    }

    private func build(
        _ request: CreateRequest,
        _ change: ConfigChange?,
        on volume: String,
        _ size: DiskSize,
        _ call: Call,
        _ upid: String
    ) async throws -> [String] {
        let id = request.id
        for line in try allocation(of: volume, for: id, size) { log(line, to: upid) }
        let template = try template(request.template, upid)
        log("extracting archive '\(template.path)'", to: upid)
        let ostype = try await unpack(template, request, into: size, isFull: call.fault == .full, upid)
        log("Detected container architecture: amd64", to: upid)

        var guest = GuestConfig(options: change?.values ?? [:])
        guest.description = guest.options.removeValue(forKey: "description")
        let comment = "root@\((guest.options["hostname"] ?? "localhost").prefix { $0 != "." })"
        let defaults = ["hostname": "CT\(id)", "memory": "512", "swap": "512", "arch": "amd64", "ostype": ostype]
        guest.options.merge(defaults) { given, _ in given }
        if request.isUnprivileged { guest.options["unprivileged"] = "1" }
        guest.options["rootfs"] = "\(volume),size=\(size.text)"
        let setup = FirstSetup(
            configuration: configuration(of: guest, id), password: request.password,
            publicKeys: PublicKeys.lines(request.publicKeys), keyComment: comment)
        for key in try await runtime.setUp(id, setup) {
            log("Creating SSH host key '\(key.file)' - this may take some time ...", to: upid)
            log("done: \(key.fingerprint) \(comment)", to: upid)
        }
        try Task.checkCancellation()
        if let pool = request.pool { access.pools[id] = pool }
        guests[id] = guest
        return nestingWarning(guest)
    }

    /// Returns what the tools of the storage print when they create an empty disk.
    private func allocation(of volume: String, for id: Int, _ size: DiskSize) throws -> [String] {
        let storage = try storage(String(volume.prefix { $0 != ":" }))
        let disk = volume.split(whereSeparator: { ":/".contains($0) }).last.map(String.init) ?? volume
        let first =
            switch storage.kind {
            case .btrfs: [String]()
            case .dir:
                [
                    "Formatting '/var/lib/\(storage.name)/images/\(id)/\(disk)', fmt=raw size=\(size.bytes) preallocation=off"
                ]
            case .lvmthin: ["  Logical volume \"\(disk)\" created.", "  Logical volume pve/\(disk) changed."]
            }
        return first + size.filesystemLines(uuid: UUID().uuidString.lowercased())
    }

    private func template(_ name: String, _ upid: String) throws -> OSTemplate {
        if let template = templates.first(where: { $0.volume == name || $0.path == name }) { return template }
        let isVolume = Format.volume.error(name) == nil
        let reason = isVolume ? "volume '\(name)' does not exist" : "can't find file '\(name)'"
        if release == .v9_2 { log(reason, to: upid) }
        throw Failure.internalError(reason)
    }

    /// Unpacks a template into a new guest.
    ///
    /// - Returns: The type of the unpacked system.
    private func unpack(
        _ template: OSTemplate, _ request: CreateRequest, into size: DiskSize, isFull: Bool, _ upid: String
    ) async throws -> String {
        let begin = ContinuousClock.now
        let unpacked = try await runtime.unpack(template, to: request.id)
        guard !isFull, unpacked.bytes < size.bytes else {
            log("tar: ./usr/lib/x86_64-linux-gnu/libc.so.6: Cannot write: No space left on device", to: upid)
            let mapping = "lxc-usernsexec -m u:0:100000:65536 -m g:0:100000:65536 -- "
            let prefix = release == .v9_2 && request.isUnprivileged ? mapping : ""
            throw Failure.internalError(
                "command '\(prefix)tar xpf - --zstd --totals --one-file-system -p --sparse --numeric-owner --acls --xattrs "
                    + "'--xattrs-include=user.*' '--xattrs-include=security.capability' '--warning=no-file-ignored' "
                    + "'--warning=no-xattr-write' -C /var/lib/lxc/\(request.id)/rootfs --skip-old-files --anchored "
                    + "--exclude './dev/*'' failed: exit code 2")
        }
        let seconds = max((ContinuousClock.now - begin) / .seconds(1), 0.001)
        let (total, rate) = (unpacked.bytes >> 20, Int(Double(unpacked.bytes >> 20) / seconds))
        log("Total bytes read: \(unpacked.bytes) (\(total)MiB, \(rate)MiB/s)", to: upid)
        return unpacked.ostype
    }

    private func abandon(_ id: Int) async {
        try? await runtime.destroy(id)
        access.pools[id] = nil
        forget(id)
    }
}

extension Call {
    fileprivate func without(_ key: String) -> Call {
        var copy = self
        copy.parameters[key] = nil
        copy.fault = nil
        return copy
    }
}
