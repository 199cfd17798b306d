import ProxmoxAPI

/// What is at the id that the site's guest has, or is to have.
enum GuestSight: Sendable {
    case ours(GuestHost.Found)
    /// Another's, as its notes tell.
    case foreign(GuestID, GuestError)
    /// There is one, and we may not look at it.
    case barred(GuestID?)
    case free(GuestID)

    var id: GuestID? {
        switch self {
        case .ours(let found): found.id
        case .foreign(let id, _), .free(let id): id
        case .barred(let id): id
        }
    }

    var isOurs: Bool {
        if case .ours = self { return true }
        return false
    }
}

extension Doctor {
    func lookAtGuest() async throws -> GuestSight {
        let order = try order
        let recorded = try folder.state().guest.flatMap { GuestID(rawValue: $0.id) }
        do {
            let found = try await host.find(
                recorded: recorded, configured: order.id, named: order.hostname, on: order.node)
            if let found { return .ours(found) }
        } catch let error as GuestError {
            guard case .foreign(let id, _, _) = error else { throw error }
            return .foreign(id, error)
        } catch let error as APIError {
            guard case .forbidden = error else { throw error }
            return .barred(order.id ?? recorded)
        }
        guard let id = order.id else { return .free(try await client(.nextID())) }
        do { return .free(try await client(.nextID(checking: id))) } catch APIError.invalid { return .barred(id) }
    }

    func checks(of sight: GuestSight, _ table: PrivilegeTable?) async throws -> [VerifiedCheck] {
        switch sight {
        case .ours(let found):
            let state = found.view.isRunning ? "running" : "stopped"
            let guest = VerifiedCheck(
                name: "guest", verdict: .pass, evidence: "\(found.id) on \(found.node) is ours, and \(state)")
            return [guest] + (found.view.lock.map { [Self.locked("guest \(found.id)", found.id, $0)] } ?? [])
        case .free(let id):
            let choice = try order.id == nil ? "\(id) is the next free one" : "\(id) is free"
            return [VerifiedCheck(name: "vmid", verdict: .pass, evidence: choice)]
        case .foreign(_, let error): return [VerifiedCheck("vmid", .fail, error)]
        case .barred(let id):
            let name = id.map { "guest \($0)" } ?? "a guest"
            let audit = table?.needs.first { $0.uses.contains { $0.purpose == PrivilegeTable.readingTheGuest } }
            let granted = try await GrantedRights.ask(client, on: audit?.paths ?? [])
            // Where the privilege is missing everywhere, the guest may well be ours.
            if let audit, !granted.satisfy(audit) {
                return [
                    VerifiedCheck(
                        name: "vmid", verdict: .warn, evidence: "\(name) is there; whose it is takes \(audit.right)")
                ]
            }
            return [
                VerifiedCheck(
                    name: "vmid", verdict: .fail, evidence: "\(name) is there, and we may not look at it: another's",
                    advice: "Choose another `vmid` in the inventory, or leave it out to take the next free one.")
            ]
        }
    }

    static func locked(_ what: String, _ id: GuestID, _ lock: String) -> VerifiedCheck {
        VerifiedCheck(
            name: "lock", verdict: .fail, evidence: "\(what) is locked (\(lock))",
            advice:
                "See on the node what works on it (`pvesh get /cluster/tasks`); if nothing does: `pct unlock \(id)`.")
    }
}
