import ConfigurationFiles
import Engine
import Guests
import ProxmoxAPI
import RemoteShell

extension Site {
    /// The configuration for Proxmox. Settings that the inventory omits keep the template's values.
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
        options["searchdomain"] = guest.searchdomain
        if let nesting = guest.nesting { options["features"] = nesting ? "nesting=1" : "" }
        if !guest.nameservers.isEmpty {
            options["nameserver"] = guest.nameservers.joined(separator: " ")
        }
        return GuestSpecification(options: options, network: guest.network.device)
    }

    /// The request to clone the site's guest.
    ///
    /// - Throws: ``InventoryMismatch`` if Proxmox does not allow a name.
    var cloneRequest: GuestProvision.CloneRequest {
        get throws {
            GuestProvision.CloneRequest(
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
    /// The keys of `net0` that the inventory sets; an empty value means that the key must be absent.
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
