/// Checks of calls whose privileges depend on their parameters (proxmox-api.md 3.2).
struct Permission: Sendable {
    let node: Node
    let call: Call

    func clone(_ source: Int) async throws {
        let access = await node.access
        try access.demand("VM.Clone", on: "/vms/\(source)", of: call.caller)
        let pool = call.parameters["pool"]
        if let pool { try demand(pool: pool, in: access) }
        if let new = call.parameters["newid"] {
            let paths = ["/vms/\(new)"] + (pool.map { ["/pool/\($0)"] } ?? [])
            guard paths.contains(where: { access.privileges(of: call.caller, on: $0).contains("VM.Allocate") }) else {
                throw Failure(status: 403, message: "Permission check failed")
            }
        }
        guard let guest = try? await node.guest(source) else { return }
        for (key, value) in guest.options where key.wholeMatch(of: /net\d+/) != nil {
            try bridge(value, access)
        }
        let storage = call.parameters["storage"] ?? guest.storage
        try access.demand("Datastore.AllocateSpace", on: "/storage/\(storage)", of: call.caller)
    }

    func configure(_ id: Int) async throws {
        let access = await node.access
        let path = "/vms/\(id)"
        try access.demand(
            "VM.Config.Disk", "VM.Config.CPU", "VM.Config.Memory", "VM.Config.Network", "VM.Config.Options",
            on: path,
            of: call.caller
        )
        let guest = try? await node.guest(id)
        let removed = Node.list(call.parameters["delete"])
        for key in Array(call.parameters.keys) + removed where !["delete", "revert", "digest"].contains(key) {
            try access.demand(Self.privilege(for: key), on: path, of: call.caller)
            try reserve(key, guest)
            guard key.wholeMatch(of: /net\d+/) != nil else { continue }
            if let value = call.parameters[key] { try bridge(value, access) }
            if let value = guest?.options[key] { try bridge(value, access) }
        }
    }

    func demand(pool: String, in access: Access) throws {
        guard !access.knows(pool: pool) else { return }
        throw Failure(status: 403, message: "Permission check failed (pool '\(pool)' does not exist)")
    }

    /// Rejects options that only `root@pam` may set, and none of its tokens.
    func reserve(_ key: String, _ guest: GuestConfig?) throws {
        guard call.caller != .root else { return }
        let value = call.parameters[key] ?? ""
        let refusal: String? =
            switch key {
            case "hookscript": "changing the hookscript is only allowed for root@pam"
            case "features" where guest?.options["unprivileged"] != "1":
                "changing feature flags for privileged container is only allowed for root@pam"
            case "features" where value.split(separator: ",").contains { !$0.hasPrefix("nesting=") }:
                "changing feature flags (except nesting) is only allowed for root@pam"
            case _ where key.hasPrefix("dev"): "configuring device passthrough is only allowed for root@pam"
            case _ where (key.hasPrefix("mp") || key == "rootfs") && value.hasPrefix("/"):
                "mount point type \(value.hasPrefix("/dev/") ? "device" : "bind") is only allowed for root@pam"
            default: nil
            }
        if let refusal { throw Failure(status: 403, message: "Permission check failed (\(refusal))") }
    }

    /// Checks the access to a bridge, or to each VLAN of the device below it (PVE::GuestHelpers, check_vnet_access).
    func bridge(_ device: String, _ access: Access) throws {
        guard let values = try? PropertyString.network.pairs(of: device), let bridge = values["bridge"] else { return }
        let path = "/sdn/zones/localnetwork/\(bridge)"
        let tags = [values["tag"]].compactMap(\.self) + (values["trunks"] ?? "").split(separator: ";").map(String.init)
        for path in tags.isEmpty ? [path] : tags.map({ "\(path)/\($0)" }) {
            try access.demand("SDN.Use", on: path, of: call.caller)
        }
    }

    static func privilege(for key: String) -> String {
        switch key {
        case "cores", "cpulimit", "cpuunits": "VM.Config.CPU"
        case "memory", "swap": "VM.Config.Memory"
        case "hostname", "nameserver", "searchdomain": "VM.Config.Network"
        case "features": "VM.Allocate"
        case "rootfs": "VM.Config.Disk"
        case _ where key.hasPrefix("net"): "VM.Config.Network"
        case _ where key.hasPrefix("mp"), _ where key.hasPrefix("unused"): "VM.Config.Disk"
        default: "VM.Config.Options"
        }
    }
}
