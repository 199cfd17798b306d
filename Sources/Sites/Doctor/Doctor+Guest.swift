import ConfigurationFiles
import Engine
import Guests
import ProxmoxAPI
import Resources

/// The state of the ID that the site's guest has, or will get.
enum GuestLookup: Sendable {
    case ours(LocatedGuest)
    /// A guest that is not ours, according to its notes.
    case foreign(GuestID, GuestError)
    /// A guest exists, but we may not read it.
    case barred(GuestID?)
    case free(GuestID)

    package var id: GuestID? {
        switch self {
        case .ours(let found): found.id
        case .foreign(let id, _), .free(let id): id
        case .barred(let id): id
        }
    }

    /// Whether we can see which guest exists there, if any.
    var isSeen: Bool {
        if case .barred = self { false } else { true }
    }

    var isOurs: Bool {
        if case .ours = self { return true }
        return false
    }
}

extension Doctor {
    func lookAtGuest() async throws -> GuestLookup {
        let order = try order
        let recorded = try folder.state().guest.flatMap { GuestID(rawValue: $0.id) }
        do {
            let found = try await host.find(
                recorded: recorded, configured: order.id, named: order.hostname, on: order.node)
            if let found { return .ours(found) }
        } catch let error as GuestError {
            guard case .foreign(let other) = error else { throw error }
            return .foreign(other.id, error)
        } catch let error as APIError {
            guard case .forbidden = error else { throw error }
            return .barred(order.id ?? recorded)
        }
        guard let id = order.id else { return .free(try await client(.nextID())) }
        do { return .free(try await client(.nextID(checking: id))) } catch APIError.invalid { return .barred(id) }
    }

    func checks(of sight: GuestLookup, _ table: PrivilegeTable?) async throws -> [VerifiedCheck] {
        switch sight {
        case .ours(let found):
            let state = found.view.isRunning ? "running" : "stopped"
            let guest = VerifiedCheck(
                name: "guest", verdict: .pass,
                evidence: "\(found.id) on \(found.node) belongs to this site and is \(state)")
            guard let lock = found.view.lock else { return [guest] }
            return [guest, try await lockCheck("guest \(found.id)", of: found, lock)]
        case .free(let id):
            let choice = try order.id == nil ? "\(id) is the next free ID" : "\(id) is free"
            return [VerifiedCheck(name: "vmid", verdict: .pass, evidence: choice)]
        case .foreign(_, let error): return [VerifiedCheck("vmid", .fail, error)]
        case .barred(let id):
            let name = id.map { "guest \($0)" } ?? "a guest"
            let audit = table?.needs.first { $0.uses.contains { $0.purpose == PrivilegeTable.readingTheGuest } }
            let granted = try await GrantedRights.ask(client, on: audit?.paths ?? [])
            // If the privilege is missing on every path, the guest may be ours.
            if let audit, !granted.satisfy(audit) {
                return [
                    VerifiedCheck(
                        name: "vmid", verdict: .warn,
                        evidence: "\(name) exists; checking its owner requires \(audit.right)")
                ]
            }
            return [
                id.map { id in
                    let isRecorded = (try? folder.state().guest?.id) == id.rawValue
                    return VerifiedCheck(
                        "vmid", .fail,
                        GuestError.hidden(id: id, who: who, isRecorded: isRecorded, pool: site.guest.pool))
                } ?? VerifiedCheck(name: "vmid", verdict: .fail, evidence: "\(name) exists, but \(who) cannot see it")
            ]
        }
    }

    /// Checks that the guest's pool exists. Proxmox accepts rights on a missing pool, but refuses the clone.
    func poolChecks(_ release: Release) async throws -> [VerifiedCheck] {
        guard let pool = site.guest.pool, release >= Release(8, 1) else { return [] }
        do { _ = try await client(.pool(pool)) } catch let error as APIError {
            guard case .missing = error else { throw error }
            return [VerifiedCheck("pool \(pool)", .fail, error)]
        }
        return [VerifiedCheck(name: "pool \(pool)", verdict: .pass, evidence: "exists")]
    }

    /// Returns the check of a lock, with the task that holds it and what to do.
    func lockCheck(_ what: String, of guest: LocatedGuest, _ lock: String) async throws -> VerifiedCheck {
        let tasks = GuestTasks(host: host, template: try order.template, report: report)
        if let task = try await tasks.holder(of: lock, on: guest) {
            return VerifiedCheck(
                name: "lock", verdict: .warn,
                evidence: "\(what) is locked (\(lock)) by the task \(GuestTasks.name(task))",
                advice: "`up` waits until the task ends.")
        }
        let error =
            lock == "mounted"
            ? GuestError.staleLock(id: guest.id, lock: lock)
            : GuestError.stillLocked(id: guest.id, node: guest.node, lock: lock, task: nil)
        return VerifiedCheck(
            name: "lock", verdict: .fail, evidence: "\(what) is locked (\(lock)): \(error.failureReason ?? "")",
            advice: error.recoverySuggestion)
    }
}
