package import Engine
package import ProxmoxAPI

/// Finds a site's guest through the Proxmox API.
package struct GuestLocator: Sendable {
    package let client: Client
    let site: SiteAddress
    package let clock = ContinuousClock()

    package init(
        client: Client,
        site: SiteAddress
    ) {
        self.client = client
        self.site = site
    }

    /// The only network interface of our guests.
    package static let interface = "eth0"

    /// Finds the site's guest by the recorded or configured id, else by its ownership marker.
    ///
    /// - Throws: ``GuestError/foreign(_:)`` if the id in the inventory belongs to another guest.
    package func find(recorded: GuestID?, configured: GuestID?, named hostname: String, on node: NodeName) async throws
        -> LocatedGuest?
    {
        for id in [recorded, configured].compactMap({ $0 }) {
            guard let found = try await look(at: id, on: node) else { continue }
            if found.view.mark?.belongs(to: site) == true { return found }
            if id == configured { throw GuestError.foreign(OtherGuest(found)) }
        }
        if recorded == nil || configured == nil {
            return try await all(named: hostname).first
        }
        return nil
    }

    /// Returns the guest with this id, on whichever node of the cluster it is. Its location is observed, never
    /// configured.
    package func look(at id: GuestID, on node: NodeName) async throws -> LocatedGuest? {
        if let view = try await view(of: id, on: node) { return LocatedGuest(id: id, node: node, view: view) }
        let resources = try await client(.resources(type: "vm"))
        guard let other = resources.first(where: { $0.vmid == id }), let place = other.node, place != node else {
            return nil
        }
        return try await view(of: id, on: place).map { LocatedGuest(id: id, node: place, view: $0) }
    }

    /// Returns the guests that carry the site's ownership marker, sorted by id. Queries every candidate by name or tag.
    package func all(named hostname: String) async throws -> [LocatedGuest] {
        var all: [LocatedGuest] = []
        for place in try await candidates(named: hostname) {
            if let view = try await view(of: place.id, on: place.node), view.mark?.belongs(to: site) == true {
                all.append(LocatedGuest(id: place.id, node: place.node, view: view))
            }
        }
        return all.sorted { $0.id.rawValue < $1.id.rawValue }
    }

    /// Returns the location of each guest that could be ours by its name or tag, and of guests whose name is unknown.
    /// Without a host name, returns all guests.
    package func candidates(named hostname: String?) async throws -> [(id: GuestID, node: NodeName)] {
        try await client(.resources(type: "vm")).compactMap { resource in
            guard let id = resource.vmid, let node = resource.node, resource.type == "lxc", !resource.template,
                hostname == nil || resource.name == nil || resource.name == hostname
                    || resource.tags.contains("mxprovision")
            else { return nil }
            return (id, node)
        }
    }

    /// Returns another site's guest, or nil if it was deleted or is hidden because it is being deleted.
    package func visibleGuest(_ id: GuestID, on node: NodeName) async throws -> LocatedGuest? {
        do { return try await view(of: id, on: node).map { LocatedGuest(id: id, node: node, view: $0) } } catch let
            error
            as APIError
        {
            guard case .forbidden = error else { throw error }
            return nil
        }
    }

    /// Returns the guest's state, or nil if the node has no such guest.
    package func view(of id: GuestID, on node: NodeName) async throws -> GuestView? {
        do {
            async let configuration = client(.configuration(of: id, on: node))
            async let status = client(.status(of: id, on: node))
            let (options, state) = (try await configuration, try await status)
            return GuestView(options: options.options, digest: options.digest, isRunning: state.isRunning)
        } catch APIError.missing {
            return nil
        } catch let error as APIError {
            // Privileges that come from a pool begin when the guest joins it, so a free id is forbidden, not missing.
            guard case .forbidden = error, try await isFree(id) else { throw error }
            return nil
        }
    }

    /// Returns the guest's interface with its addresses, or nil if the guest is stopped.
    package func interface(of guest: LocatedGuest) async throws -> NetworkInterface? {
        try await client(.interfaces(of: guest.id, on: guest.node)).all.first { $0.name == Self.interface }
    }

    /// Whether no guest of the cluster has the id.
    func isFree(_ id: GuestID) async throws -> Bool {
        do {
            _ = try await client(.nextID(checking: id))
            return true
        } catch APIError.invalid {
            return false
        }
    }

    /// Waits until a task has ended.
    ///
    /// - Throws: ``GuestError/taskFailed(what:reason:log:)``
    package func finish(_ task: TaskID, _ what: String, within limit: Duration) async throws {
        guard case .failed(let reason, let log) = try await client.outcome(of: task, within: limit, on: clock) else {
            return
        }
        throw GuestError.taskFailed(what: what, reason: reason, log: log)
    }
}
