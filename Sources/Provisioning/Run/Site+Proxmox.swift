import ProxmoxAPI
import RemoteShell

extension Site {
    /// What Proxmox is told of the guest. What the inventory leaves open stays as the template has it.
    var specification: GuestSpecification {
        var options = [
            "hostname": guest.hostname.description,
            "onboot": guest.onboot ? "1" : "0",
            "protection": guest.protection ? "1" : "0",
            "tags": guest.tags.joined(separator: ";"),
        ]
        options["cores"] = guest.cores.map(String.init)
        options["memory"] = guest.memory.map(String.init)
        options["swap"] = guest.swap.map(String.init)
        options["searchdomain"] = guest.searchdomain?.description
        if let nesting = guest.nesting { options["features"] = nesting ? "nesting=1" : "" }
        if !guest.nameservers.isEmpty {
            options["nameserver"] = guest.nameservers.map(\.description).joined(separator: " ")
        }
        return GuestSpecification(options: options, network: guest.network.device)
    }

    /// - Throws: ``InventoryMismatch`` where a name is one that Proxmox cannot have.
    var cloneOrder: GuestProvision.CloneOrder {
        get throws {
            GuestProvision.CloneOrder(
                template: try identifier(guest.template),
                id: try guest.vmid.map(identifier),
                node: try NodeName(checking: proxmox.node),
                hostname: guest.hostname.description,
                storage: try guest.storage.map(StorageName.init(checking:)),
                pool: guest.pool,
                full: guest.full
            )
        }
    }

    private func identifier(_ number: Int) throws -> GuestID { try GuestID(checking: number) }
}

extension GuestNetwork {
    /// The keys of `net0` that the inventory settles; an empty value means that the key is to be absent.
    fileprivate var device: [String: String] {
        var device = [
            "name": "eth0",
            "bridge": bridge,
            "ip": address?.description ?? "",
            "gw": gateway?.description ?? "",
            "ip6": address6?.description ?? "",
            "gw6": gateway6?.description ?? "",
            "tag": vlan.map(String.init) ?? "",
        ]
        device["mtu"] = mtu.map(String.init)
        device["rate"] = rate.map(String.init)
        device["firewall"] = firewall.map { $0 ? "1" : "0" }
        return device
    }
}
