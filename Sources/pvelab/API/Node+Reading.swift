import Foundation

/// Calls that only look.
extension Node {
    func version() -> Answer {
        switch release {
        case .v9_2: Answer(["version": "9.2.11", "release": "9.2", "repoid": "14a22df35955d97d"])
        case .v8_4: Answer(["version": "8.4.21", "release": "8.4", "repoid": "5b9dd5bbf8fa4a6c"])
        }
    }

    func nextID(_ call: Call) throws -> Answer {
        if let wanted = call.parameters["vmid"].flatMap({ Int($0) }) {
            guard guests[wanted] == nil else { throw Failure.parameters(["vmid": "VM \(wanted) already exists"]) }
            return Answer(.text(String(wanted)))
        }
        var id = 100
        while guests[id] != nil { id += 1 }
        return Answer(.text(String(id)))
    }

    /// Guests without VM.Audit are left out, silently.
    func resources(_ call: Call) async -> Answer {
        var list: [JSON] = []
        for (id, guest) in guests.sorted(by: { $0.key < $1.key }) {
            guard may("VM.Audit", on: "/vms/\(id)", call) else { continue }
            var entry = await summary(id, guest)
            entry["id"] = .text("lxc/\(id)")
            entry["node"] = .text(name)
            entry["template"] = .int(guest.isTemplate ? 1 : 0)
            entry["pool"] = access.pools[id].map { .text($0) }
            list.append(.object(entry))
        }
        guard call.parameters["type"] != "vm" else { return Answer(.list(list)) }
        list.append(["id": .text("node/\(name)"), "type": "node", "node": .text(name), "status": "online"])
        return Answer(.list(list))
    }

    func nodes() -> Answer {
        Answer(
            .list([["id": .text("node/\(name)"), "type": "node", "node": .text(name), "status": "online", "level": ""]])
        )
    }

    func containers(_ call: Call) async -> Answer {
        var list: [JSON] = []
        for (id, guest) in guests.sorted(by: { $0.key < $1.key }) where may("VM.Audit", on: "/vms/\(id)", call) {
            list.append(.object(await summary(id, guest)))
        }
        return Answer(.list(list))
    }

    func status(_ id: Int) async throws -> Answer {
        let guest = try guest(id)
        var entry = await summary(id, guest)
        entry["ha"] = ["managed": 0]
        return Answer(.object(entry))
    }

    private func summary(_ id: Int, _ guest: GuestConfig) async -> [String: JSON] {
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
        if isRunning { entry["pid"] = await runtime.initProcess(id).map { .int($0) } }
        return entry
    }

    func configuration(_ id: Int, _ call: Call) throws -> Answer {
        let guest = try guest(id)
        return Answer(
            GuestConfig.json(guest.merged(current: call.parameters["current"] == "1"), digest: guest.digest)
        )
    }

    func interfaces(_ id: Int) async throws -> Answer {
        _ = try guest(id)
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
                        "prefix": .int($0.prefix),
                    ]
                }
            ),
        ]
        // Only the last address of each family.
        for address in interface.addresses {
            entry[address.isIPv6 ? "inet6" : "inet"] = .text("\(address.address)/\(address.prefix)")
        }
        return .object(entry)
    }

    func feature(_ id: Int, _ call: Call) throws -> Answer {
        _ = try guest(id)
        return Answer(["hasFeature": 1])
    }

    func may(_ privilege: String, on path: String, _ call: Call) -> Bool {
        access.privileges(of: call.caller, on: path).contains(privilege)
    }
}
