import Engine
public import Foundation
public import ProxmoxAPI
public import Resources

/// Why a guest could not be created, configured or reached.
public enum GuestError: Error, Sendable, Equatable {
    /// The id belongs to a guest of another owner.
    case foreign(OtherGuest)
    /// The new guest would get the address or the name of an existing guest, for example after a site was renamed.
    case duplicate(of: OtherGuest, what: String)
    /// The id belongs to a guest that the caller may not see. `isRecorded`: an earlier run of this machine created it.
    case hidden(id: GuestID, who: String, isRecorded: Bool, pool: String?)
    case bridgeMissing(name: String, node: NodeName, known: [String])
    case templateMissing(id: GuestID, node: NodeName)
    /// Proxmox refused to clone and did not say which privilege is missing.
    case mayNotClone(who: String, missing: [Right], reason: String)
    case taskFailed(what: String, reason: String, log: [String])
    /// The guest stayed locked for the whole limit. `task` describes the task that holds the lock, if it is visible.
    case stillLocked(id: GuestID, node: NodeName, lock: String, task: String?)
    /// A task was running on the guest for the whole limit.
    case stillBusy(id: GuestID, node: NodeName, task: String)
    /// The lock has no running task, so nothing removes it.
    case staleLock(id: GuestID, lock: String)
    /// The clone's task ended before the guest had a disk.
    case halfMade(id: GuestID, template: GuestID, site: String)
    /// Proxmox accepted a setting but did not apply it.
    case notTaken(id: GuestID, [Change])
    case noAddress(id: GuestID, interface: String)
    case unreachable(address: String, reason: String)
    case notForgotten(id: GuestID)
    /// The guest was destroyed by another party during the run.
    case vanished(id: GuestID)
    /// The guest runs a release that the playbook does not support. Nothing was changed in it.
    case unsupported(id: GuestID, system: String, supported: [String])
}

extension GuestError: LocalizedError {
    public var errorDescription: String? {
        switch self {
        case .foreign(let other): "guest \(other.id) on \(other.node) does not belong to this site"
        case .duplicate(let other, let what):
            "no guest was created: guest \(other.id) on \(other.node) already has \(what)"
        case .hidden(let id, let who, true, _):
            "\(who) can no longer see guest \(id), which an earlier run created for this site"
        case .hidden(let id, let who, false, _): "the id \(id) is used by a guest that \(who) cannot see"
        case .bridgeMissing(let name, let node, _):
            "no guest was created: the bridge `\(name)` does not exist on \(node)"
        case .templateMissing(let id, let node): "the template \(id) does not exist on \(node)"
        case .mayNotClone(let who, let missing, _):
            "\(who) is not allowed to clone: it lacks \(missing.map(\.description).joined(separator: ", "))"
        case .taskFailed(let what, _, _): "Proxmox could not \(what)"
        case .stillLocked(let id, _, let lock, _): "guest \(id) is still locked (\(lock))"
        case .stillBusy(let id, _, _): "guest \(id) is still busy"
        case .staleLock(let id, let lock): "guest \(id) is locked (\(lock)), but no task is running on it"
        case .halfMade(let id, _, _): "the clone to guest \(id) was interrupted"
        case .notTaken(let id, _): "Proxmox accepted the configuration of guest \(id) but did not apply all of it"
        case .noAddress(let id, let interface): "guest \(id) got no address on \(interface)"
        case .unreachable(let address, _): "the guest at \(address) cannot be reached by ssh"
        case .notForgotten(let id): "guest \(id) still exists after it was destroyed"
        case .vanished(let id): "guest \(id) was destroyed during this run"
        case .unsupported(let id, let system, _): "guest \(id) runs \(system), which the playbook does not support"
        }
    }

    public var failureReason: String? {
        switch self {
        case .foreign(let other), .duplicate(let other, _): other.evidence
        case .bridgeMissing(_, _, let known): known.isEmpty ? nil : "existing bridges: \(known.joined(separator: ", "))"
        case .taskFailed(_, let reason, let log): ([reason] + log.suffix(8)).joined(separator: "\n")
        case .notTaken(_, let changes):
            changes.map { "\($0.subject) is \($0.before ?? "unset"), expected \($0.after ?? "unset")" }.joined(
                separator: "\n")
        case .unreachable(_, let reason), .mayNotClone(_, _, let reason): reason
        case .halfMade(_, let template, _):
            "the task that cloned it from \(template) ended before the guest had a disk, and left its locks"
        case .stillLocked(_, let node, _, let task):
            task.map { "held by the task \($0)" }
                ?? "no visible task holds it; tasks of other users are visible only with Sys.Audit on /nodes/\(node)"
        case .stillBusy(_, _, let task): "the task \(task) is running"
        case .staleLock(_, "mounted"): "its disk is mounted on the node (`pct mount`)"
        case .staleLock(_, "create"): "its configuration is complete and contains its disk"
        case .staleLock: "the task that set the lock ended without removing it"
        case .unsupported(_, _, let supported): "it supports \(supported.formatted())"
        case .templateMissing, .noAddress, .notForgotten, .vanished, .hidden: nil
        }
    }

    public var recoverySuggestion: String? {
        switch self {
        case .foreign(let other), .duplicate(let other, _): other.advice
        case .hidden(let id, let who, let isRecorded, let pool): Self.advice(for: id, hiddenFrom: who, isRecorded, pool)
        case .bridgeMissing(let name, let node, _):
            RefusalAdvice.advice(for: "bridge '\(name)' does not exist")
                ?? "Create the bridge on \(node), or set another one in the inventory."
        case .templateMissing: "Set `template` in the inventory to a container on that node: `pct list`."
        case .mayNotClone(let who, let missing, _):
            """
            On the node, as root: \
            \(Right.commands(granting: missing, to: who).map { "`\($0)`" }.joined(separator: ", then ")).
            """
        case .taskFailed(_, let reason, let log):
            RefusalAdvice.advice(for: ([reason] + log).joined(separator: "\n"))
                ?? "Fix the cause on the node and run the command again; it continues where it stopped."
        case .stillLocked(let id, let node, _, _):
            """
            Wait until the task ends, then run the command again. To see the task, on the node: \
            `pvesh get /nodes/\(node)/tasks --source active --vmid \(id)`. Only if no task is running: `pct unlock \(id)`.
            """
        case .stillBusy(let id, let node, _):
            """
            Wait until the task ends, then run the command again. To see the task, on the node: \
            `pvesh get /nodes/\(node)/tasks --source active --vmid \(id)`.
            """
        case .staleLock(let id, "mounted"): "On the node, as root: `pct unmount \(id)`; then run the command again."
        case .staleLock(let id, "backup"), .staleLock(let id, "snapshot"), .staleLock(let id, "snapshot-delete"):
            """
            On the node, as root: `pct unlock \(id)`; then run the command again. `pct listsnapshot \(id)` shows whether a \
            snapshot was left.
            """
        case .staleLock(let id, let lock) where ["migrate", "rollback"].contains(lock):
            """
            The \(lock) was interrupted: on the node, check `pct config \(id)` and the log of its task. If the disk is \
            complete: `pct unlock \(id)`; then run the command again.
            """
        case .staleLock(let id, _):
            "On the node, as root: `pct unlock \(id)`; then run the command again. The guest loses no data."
        case .halfMade(let id, let template, let site):
            """
            On the node, as root: `pct config \(id)`. Only if it shows `site=\(site)` and no line `rootfs:`: \
            `pct unlock \(id)`, `pct destroy \(id) --destroy-unreferenced-disks 1`, `pct unlock \(template)`; \
            then run the command again.
            """
        case .notTaken: "The guest may need a restart, or a privilege is missing: see `mxprovision plan --verbose`."
        case .noAddress: "Check the bridge, VLAN and DHCP server in the inventory."
        case .unreachable: "Check the guest's network and sshd: on the node, `pct enter` and `journalctl -u ssh`."
        case .notForgotten: "Check the node's task log, then run `teardown` again."
        case .unsupported:
            """
            Set `template` in the inventory to a container with one of these. On the node, \
            `pveam available --section system` lists Proxmox's templates. A guest with a newer release is not changed.
            """
        case .vanished: "Check the node's task log for who destroyed it, then run the command again."
        }
    }

    private static func advice(
        for id: GuestID, hiddenFrom who: String, _ isRecorded: Bool, _ pool: String?
    ) -> String {
        let path = pool.map { "/pool/\($0)" } ?? "/vms/\(id)"
        let rights = Right.commands(granting: [Right("VM.Audit", on: path)], to: who).map { "`\($0)`" }
        let back = pool.map { "has left its pool, add it again (`pveum pool modify \($0) --vms \(id)`)" }
        let seen = back.map { "If it \($0); if it is in the pool, `mxprovision doctor` lists the missing privileges." }
        if isRecorded {
            return "On the node, as root. "
                + (seen ?? "Allow \(who) to see it: \(rights.joined(separator: ", then ")).")
        }
        return """
            If it is this site's guest, on the node as root: \
            \(pool.map { "`pveum pool modify \($0) --vms \(id)`" } ?? rights.joined(separator: ", then ")). If it is another \
            one, choose another `vmid` in the inventory: `pvesh get /cluster/nextid` on the node shows a free one.
            """
    }
}
