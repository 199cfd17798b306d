import Foundation

/// Calls that only read the node or one guest.
extension Node {
    func version() -> Answer {
        switch release {
        case .v9_2: Answer(["version": "9.2.11", "release": "9.2", "repoid": "14a22df35955d97d"])
        case .v8_4: Answer(["version": "8.4.21", "release": "8.4", "repoid": "5b9dd5bbf8fa4a6c"])
        }
    }

    /// Returns the certificates. The one of the authority comes first.
    func certificates() -> Answer { Answer(.list([authority.json, certificate.json])) }

    func nextID(_ call: Call) throws -> Answer {
        if let wanted = call.parameters["vmid"].flatMap({ Int($0) }) {
            guard guests[wanted] == nil else { throw Failure.parameters(["vmid": "VM \(wanted) already exists"]) }
            return Answer(.text(String(wanted)))
        }
        var id = 100
        while guests[id] != nil { id += 1 }
        return Answer(.text(String(id)))
    }

    func status(_ id: Int) async throws -> Answer {
        let guest = try guest(id)
        var entry = await summary(id, guest)
        entry["ha"] = ["managed": 0]
        return Answer(.object(entry))
    }

    /// Returns the figures of PVE::LXC, vmstatus.
    func summary(_ id: Int, _ guest: GuestConfig) async -> [String: JSON] {
        let isRunning = await runtime.isRunning(id)
        var entry: [String: JSON] = [
            "vmid": .int(id), "type": "lxc", "name": .text(guest.options["hostname"] ?? "CT\(id)"),
            "status": .text(isRunning ? "running" : "stopped"),
            "maxmem": .int((Int(guest.options["memory"] ?? "512") ?? 512) << 20),
            "maxswap": .int((Int(guest.options["swap"] ?? "512") ?? 512) << 20),
            "cpus": .int(Int(guest.options["cores"] ?? "2") ?? 2),
            "uptime": .int(isRunning ? Int(Date().timeIntervalSince1970) - (starts[id] ?? 0) : 0),
            "maxdisk": .int(4 << 30),
        ]
        for key in ["cpu", "mem", "swap", "disk", "diskread", "diskwrite", "netin", "netout"] { entry[key] = 0 }
        entry["lock"] = guest.lock.map { .text($0) }
        entry["tags"] = guest.options["tags"].map { .text($0) }
        if guest.isTemplate { entry["template"] = 1 }
        guard isRunning else { return entry }
        entry["pid"] = await runtime.initProcess(id).map { .int($0) }
        if release == .v9_2 {
            for key in ["cpu", "io", "memory"] {
                entry["pressure\(key)some"] = .null
                entry["pressure\(key)full"] = .null
            }
        }
        return entry
    }

    func configuration(_ id: Int, _ call: Call) throws -> Answer {
        let guest = try guest(id)
        if let snapshot = call.parameters["snapshot"] {
            throw Failure.internalError("snapshot '\(snapshot)' does not exist")
        }
        return Answer(
            GuestConfig.json(guest.merged(current: call.parameters["current"] == "1"), digest: guest.digest)
        )
    }

    /// Returns the interfaces of a guest. Does not check whether the guest exists.
    func interfaces(_ id: Int) async throws -> Answer {
        guard await runtime.isRunning(id) else { return Answer(.null) }
        let interfaces = try await runtime.interfaces(id)
        return Answer(.list(interfaces.map(Self.json)))
    }

    private static func json(_ interface: GuestInterface) -> JSON {
        var entry: [String: JSON] = [
            "name": .text(interface.name), "hwaddr": .text(interface.hwaddr),
            "hardware-address": .text(interface.hwaddr),
            "ip-addresses": .list(
                interface.addresses.map {
                    [
                        "ip-address": .text($0.address), "ip-address-type": .text($0.isIPv6 ? "inet6" : "inet"),
                        "prefix": .text(String($0.prefix)),
                    ]
                }
            ),
        ]
        // Proxmox returns only the last address of each family.
        for address in interface.addresses {
            entry[address.isIPv6 ? "inet6" : "inet"] = .text("\(address.address)/\(address.prefix)")
        }
        return .object(entry)
    }

    func feature(_ id: Int, _ call: Call) async throws -> Answer {
        let guest = try guest(id)
        let storage = try storage(guest.storage)
        let hasFeature =
            switch call.parameters["feature"] {
            case "clone": storage.supportsLinkedClones(ofTemplate: guest.isTemplate)
            case "snapshot": storage.kind != .dir && !guest.isTemplate
            default: await !runtime.isRunning(id)
            }
        return Answer(["hasFeature": .int(hasFeature ? 1 : 0)])
    }

    func may(_ privilege: String, on path: String, _ call: Call) -> Bool {
        access.privileges(of: call.caller, on: path).contains(privilege)
    }
}
