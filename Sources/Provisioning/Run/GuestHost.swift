import ProxmoxAPI

/// A site's guest as its Proxmox node knows it.
struct GuestHost: Sendable {
    let client: Client
    let site: SiteAddress
    let clock = ContinuousClock()

    /// The only one that a guest of ours has.
    static let interface = "eth0"

    /// A guest and where it is.
    struct Found: Sendable, Equatable {
        var id: GuestID
        var node: NodeName
        var view: GuestView
    }

    /// The site's guest: by the recorded or configured id, else by its mark.
    ///
    /// - Throws: ``GuestError/foreign(id:node:mark:)`` where the id that the inventory gives belongs to another guest.
    func find(recorded: GuestID?, configured: GuestID?, named hostname: String, on node: NodeName) async throws
        -> Found?
    {
        for id in [recorded, configured].compactMap({ $0 }) {
            guard let found = try await look(at: id, on: node) else { continue }
            if found.view.mark?.belongs(to: site) == true { return found }
            if id == configured { throw GuestError.foreign(id: id, node: found.node, mark: found.view.mark) }
        }
        if recorded == nil || configured == nil {
            return try await all(named: hostname).first
        }
        return nil
    }

    /// The guest with this id, wherever in the cluster it is: location is observed, never desired.
    func look(at id: GuestID, on node: NodeName) async throws -> Found? {
        if let view = try await view(of: id, on: node) { return Found(id: id, node: node, view: view) }
        let resources = try await client(.resources(type: "vm"))
        guard let other = resources.first(where: { $0.vmid == id }), let place = other.node, place != node else {
            return nil
        }
        return try await view(of: id, on: place).map { Found(id: id, node: place, view: $0) }
    }

    /// The guests that carry the site's mark, by their ids. Every one that could by name or tag is asked.
    func all(named hostname: String) async throws -> [Found] {
        var all: [Found] = []
        for resource in try await client(.resources(type: "vm")) {
            guard let id = resource.vmid, let node = resource.node, resource.type == "lxc", !resource.template,
                resource.name == nil || resource.name == hostname || resource.tags.contains("mxprovision")
            else { continue }
            if let view = try await view(of: id, on: node), view.mark?.belongs(to: site) == true {
                all.append(Found(id: id, node: node, view: view))
            }
        }
        return all.sorted { $0.id.rawValue < $1.id.rawValue }
    }

    /// Nil where there is no such guest on the node.
    func view(of id: GuestID, on node: NodeName) async throws -> GuestView? {
        do {
            async let configuration = client(.configuration(of: id, on: node))
            async let status = client(.status(of: id, on: node))
            let (options, state) = (try await configuration, try await status)
            return GuestView(options: options.options, digest: options.digest, isRunning: state.isRunning)
        } catch APIError.missing {
            return nil
        } catch let error as APIError {
            // Rights that come from a pool begin when the guest joins it, so a free id is forbidden, not missing.
            guard case .forbidden = error, try await isFree(id) else { throw error }
            return nil
        }
    }

    /// The guest's interface with its addresses; nil where it is stopped.
    func interface(of guest: Found) async throws -> NetworkInterface? {
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

    /// Waits for a task's end.
    ///
    /// - Throws: ``GuestError/taskFailed(what:reason:log:)``
    func finish(_ task: TaskID, _ what: String, within limit: Duration) async throws {
        guard case .failed(let reason, let log) = try await client.outcome(of: task, within: limit, on: clock) else {
            return
        }
        throw GuestError.taskFailed(what: what, reason: reason, log: log)
    }
}
