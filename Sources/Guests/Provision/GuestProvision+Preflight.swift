import Engine
import ProxmoxAPI

extension GuestProvision {
    /// Refuses a clone that could not become the site's guest, before anything is created.
    ///
    /// What Proxmox itself refuses before it clones (template, storage, pool, node) is not checked twice.
    ///
    /// - Throws: ``GuestError/bridgeMissing(name:node:known:)``, ``GuestError/mayNotClone(who:missing:reason:)``,
    ///   ``GuestError/duplicate(of:what:)``, `APIError`
    func checkBeforeCloning(_ template: LocatedGuest) async throws {
        try await checkBridge(on: template.node)
        try await checkDuplicates(on: template.node)
    }

    /// Checks that the bridge exists. Proxmox clones without it, and refuses the guest's configuration afterwards.
    private func checkBridge(on node: NodeName) async throws {
        guard let name = specification.network["bridge"] else { return }
        let listed = try await host.client(.bridges(on: node)).map(\.name)
        guard !listed.contains(name) else { return }
        // From Proxmox VE 8.0 on, a bridge without the privilege to use it is not listed.
        let vlan = specification.network["tag"].flatMap { $0.isEmpty ? nil : "/\($0)" } ?? ""
        let path = "/sdn/zones/localnetwork/\(name)\(vlan)"
        if let release = try await host.client(.version()).number, release >= Release(8, 0) {
            let granted = try await GrantedRights.ask(host.client, on: [path])
            guard ["SDN.Use", "SDN.Audit"].contains(where: { granted.has($0, on: path) }) else {
                throw GuestError.mayNotClone(
                    who: host.client.caller, missing: [Right("SDN.Use", on: path)],
                    reason: "without it, \(node) does not show whether the bridge `\(name)` exists")
            }
        }
        throw GuestError.bridgeMissing(name: name, node: node, known: listed.sorted())
    }

    /// Checks that no other guest has the new guest's address or name. Such a guest is mostly the site's own, from
    /// before the site or the inventory was renamed.
    private func checkDuplicates(on node: NodeName) async throws {
        let addresses = specification.addresses
        for place in try await host.candidates(named: order.hostname) {
            guard let other = try await host.visibleGuest(place.id, on: place.node),
                other.view.mark?.belongs(to: host.site) != true
            else { continue }
            // A renamed site's guest has the site's host name and one half of its ownership marker.
            let isNamesake =
                other.view.options["hostname"] == order.hostname
                && (other.view.mark.map { $0.inventory == host.site.inventory || $0.site == host.site.name } ?? false)
            if addresses.isEmpty, isNamesake {
                throw GuestError.duplicate(of: OtherGuest(other), what: "the host name \(order.hostname)")
            }
            // Other networks may use the same addresses.
            let isNear = other.node == node && other.view.device?.network == specification.segment
            if isNamesake || isNear, let shared = other.view.addresses.first(where: addresses.contains) {
                throw GuestError.duplicate(of: OtherGuest(other), what: "the address \(shared)")
            }
        }
    }

    /// Returns the privileges for `POST /nodes/{node}/lxc/{vmid}/clone` that the caller lacks. The refusal itself does
    /// not name them.
    func rightsMissing(toClone template: LocatedGuest, to id: GuestID) async throws -> [Right] {
        guard let release = try await host.client(.version()).number else { return [] }
        let table = PrivilegeTable(
            order: order, specification: specification, release: release, template: template.view.options, guest: id)
        return try await table.missing(asking: host.client, for: .clone).map(\.right)
    }

    /// Waits until the template is unlocked, if its lock ends by itself.
    func awaitTemplate(_ template: LocatedGuest) async throws {
        guard let now = try await host.look(at: template.id, on: template.node) else {
            throw GuestError.templateMissing(id: template.id, node: template.node)
        }
        // The template may have become free between the refusal and this check.
        guard let lock = now.view.lock else { return }
        _ = try await tasks.awaitUnlock(now, lock: lock)
    }
}
