import Foundation

/// Lists of nodes, guests and storages. Entries that the caller may not see are omitted without an error.
extension Node {
    func nodes(_ call: Call) -> Answer {
        var entry = nodeEntry(call)
        entry["ssl_fingerprint"] = .text(certificate.fingerprint)
        entry["cgroup-mode"] = nil
        return Answer(.list([.object(entry)]))
    }

    private func nodeEntry(_ call: Call) -> [String: JSON] {
        var entry: [String: JSON] = [
            "id": .text("node/\(name)"), "type": "node", "node": .text(name), "status": "online", "level": "",
        ]
        guard may("Sys.Audit", on: "/nodes/\(name)", call) else { return entry }
        let figures: [String: JSON] = [
            "cpu": .number(0.01), "maxcpu": .int(ProcessInfo.processInfo.processorCount), "mem": .int(1 << 30),
            "maxmem": .int(Int(clamping: ProcessInfo.processInfo.physicalMemory)), "disk": .int(8 << 30),
            "maxdisk": .int(64 << 30), "uptime": .int(Int(ProcessInfo.processInfo.systemUptime)), "cgroup-mode": 1,
        ]
        entry.merge(figures) { $1 }
        return entry
    }

    func containers(_ call: Call) async -> Answer {
        var list: [JSON] = []
        for (id, guest) in guests.sorted(by: { $0.key < $1.key }) where may("VM.Audit", on: "/vms/\(id)", call) {
            list.append(.object(await summary(id, guest)))
        }
        return Answer(.list(list))
    }

    func resources(_ call: Call) async -> Answer {
        var list: [JSON] = []
        let wanted = call.parameters["type"]
        if wanted == nil || wanted == "vm" { list += await guestResources(call) }
        if wanted == nil || wanted == "node" { list.append(.object(nodeEntry(call))) }
        if wanted == nil || wanted == "storage" { list += storageResources(call) }
        if wanted == nil || wanted == "sdn" || wanted == "network",
            may("SDN.Audit", on: "/sdn/zones/localnetwork", call)
        {
            list.append(zone)
        }
        return Answer(.list(list))
    }

    private func guestResources(_ call: Call) async -> [JSON] {
        var list: [JSON] = []
        for (id, guest) in guests.sorted(by: { $0.key < $1.key }) where may("VM.Audit", on: "/vms/\(id)", call) {
            var entry = await summary(id, guest).filter { !$0.key.hasPrefix("pressure") }
            entry["maxcpu"] = entry.removeValue(forKey: "cpus")
            for key in ["swap", "maxswap", "pid"] { entry[key] = nil }
            if release == .v9_2 { entry["memhost"] = 0 }
            entry["id"] = .text("lxc/\(id)")
            entry["node"] = .text(name)
            entry["template"] = .int(guest.isTemplate ? 1 : 0)
            if let pool = access.pools[id], may("Pool.Audit", on: "/pool/\(pool)", call) { entry["pool"] = .text(pool) }
            list.append(.object(entry))
        }
        return list
    }

    private func storageResources(_ call: Call) -> [JSON] {
        storages.filter { may("Datastore.Audit", on: "/storage/\($0.name)", call) }.map { storage in
            [
                "id": .text("storage/\(name)/\(storage.name)"), "type": "storage", "node": .text(name),
                "storage": .text(storage.name), "plugintype": .text(storage.kind.rawValue), "shared": 0,
                "status": .text(storage.isEnabled ? "available" : "unknown"), "content": .text(storage.content),
                "disk": .int(storage.used), "maxdisk": .int(storage.size),
            ]
        }
    }

    /// Handles `GET /pools` (PVE::API2::Pool): all pools that the caller may audit, or one pool with its members, which
    /// every caller may request.
    func pools(_ call: Call) async throws -> Answer {
        guard let name = call.parameters["poolid"] else {
            let names = access.poolNames.sorted().filter { may("Pool.Audit", on: "/pool/\($0)", call) }
            return Answer(.list(names.map { ["poolid": .text($0)] }))
        }
        guard access.knows(pool: name) else { throw Failure.internalError("pool '\(name)' does not exist") }
        var members: [JSON] = []
        for (id, guest) in guests.sorted(by: { $0.key < $1.key }) where access.pools[id] == name {
            members.append(.object(await summary(id, guest)))
        }
        return Answer(.list([["poolid": .text(name), "members": .list(members)]]))
    }

    /// Handles `GET /nodes/{node}/storage` (PVE::API2::Storage::Status). A disabled storage has size 0.
    func storages(_ call: Call) -> Answer {
        let content = call.parameters["content"].map { Set(Self.list($0)) }
        let listed = storages.filter { storage in
            let path = "/storage/\(storage.name)"
            return (may("Datastore.Audit", on: path, call) || may("Datastore.AllocateSpace", on: path, call))
                && (storage.isEnabled || call.parameters["enabled"] != "1")
                && (call.parameters["storage"].map { $0 == storage.name } ?? true)
                && (content.map { !$0.isDisjoint(with: Self.list(storage.content)) } ?? true)
        }
        return Answer(.list(listed.map { .object($0.summary) }))
    }

    /// Handles `GET /nodes/{node}/network` (PVE::API2::Network). Bridges that the caller may not use are omitted.
    func networks(_ call: Call) -> Answer {
        let types = ["bridge", "any_bridge", "any_local_bridge", "include_sdn", nil]
        guard types.contains(call.parameters["type"]) else { return Answer(.list([])) }
        let listed = bridges.filter { bridge in
            let path = "/sdn/zones/localnetwork/\(bridge)"
            return may("SDN.Use", on: path, call) || may("SDN.Audit", on: path, call)
        }
        return Answer(
            .list(
                listed.enumerated().map { index, bridge in
                    [
                        "iface": .text(bridge), "type": "bridge", "active": 1, "autostart": 1, "method": "static",
                        "method6": "manual", "families": .list(["inet"]), "priority": .int(index + 3),
                        "bridge_ports": "", "bridge_stp": "off", "bridge_fd": "0",
                    ]
                }))
    }

    private var zone: JSON {
        switch release {
        case .v9_2:
            [
                "id": .text("network/\(name)/zone/localnetwork"), "type": "network", "node": .text(name),
                "network": "localnetwork", "network-type": "zone", "status": "ok",
            ]
        case .v8_4:
            [
                "id": .text("sdn/\(name)/localnetwork"), "type": "sdn", "node": .text(name), "sdn": "localnetwork",
                "status": "ok",
            ]
        }
    }
}
