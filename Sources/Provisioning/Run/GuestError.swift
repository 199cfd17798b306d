public import Foundation
public import ProxmoxAPI

/// Why a guest could not be brought to where it is to be.
public enum GuestError: Error, Sendable, Equatable {
    /// The id belongs to a guest that is not this site's.
    case foreign(id: GuestID, node: NodeName, mark: Mark?)
    case templateMissing(id: GuestID, node: NodeName)
    /// Proxmox refused to clone and did not say for want of what.
    case mayNotClone(who: String, missing: [Right], reason: String)
    case taskFailed(what: String, reason: String, log: [String])
    /// Another task has held the guest's lock for the whole limit; `task` is its description, if it could be seen.
    case stillLocked(id: GuestID, node: NodeName, lock: String, task: String?)
    /// A task has worked on the guest for the whole limit.
    case stillBusy(id: GuestID, node: NodeName, task: String)
    /// A lock that no task of Proxmox's ends, on a guest whose disk is complete.
    case staleLock(id: GuestID, lock: String)
    /// The clone's task has ended before the guest had a disk.
    case halfMade(id: GuestID, template: GuestID, site: String)
    /// A setting was sent, accepted, and is still not so.
    case notTaken(id: GuestID, [Change])
    case noAddress(id: GuestID, interface: String)
    case unreachable(address: String, reason: String)
    case notForgotten(id: GuestID)
    /// Somebody else has destroyed it during the run.
    case vanished(id: GuestID)
}

extension GuestError: LocalizedError {
    public var errorDescription: String? {
        switch self {
        case .foreign(let id, let node, _): "guest \(id) on \(node) is not ours"
        case .templateMissing(let id, let node): "there is no template \(id) on \(node)"
        case .mayNotClone(let who, let missing, _):
            "\(who) may not clone: it lacks \(missing.map(\.description).joined(separator: ", "))"
        case .taskFailed(let what, _, _): "Proxmox could not \(what)"
        case .stillLocked(let id, _, let lock, _): "guest \(id) is still locked (\(lock))"
        case .stillBusy(let id, _, _): "guest \(id) is still being worked on"
        case .staleLock(let id, let lock): "guest \(id) is locked (\(lock)), and no task works on it"
        case .halfMade(let id, _, _): "the clone to guest \(id) was interrupted"
        case .notTaken(let id, _): "Proxmox accepted the configuration of guest \(id) and did not take all of it"
        case .noAddress(let id, let interface): "guest \(id) got no address on \(interface)"
        case .unreachable(let address, _): "the guest at \(address) cannot be reached by ssh"
        case .notForgotten(let id): "guest \(id) is still there after its destruction"
        case .vanished(let id): "guest \(id) was destroyed while this run worked on it"
        }
    }

    public var failureReason: String? {
        switch self {
        case .foreign(_, _, let mark):
            mark.map { "its notes say that it belongs to site \($0.site) of inventory \($0.inventory)" }
                ?? "its notes carry no mark of mxprovision"
        case .taskFailed(_, let reason, let log): ([reason] + log.suffix(8)).joined(separator: "\n")
        case .notTaken(_, let changes):
            changes.map { "\($0.subject) is \($0.before ?? "unset"), not \($0.after ?? "unset")" }.joined(
                separator: "\n")
        case .unreachable(_, let reason), .mayNotClone(_, _, let reason): reason
        case .halfMade(_, let template, _):
            "the task that cloned it from \(template) has ended before the guest had a disk, and has left its locks"
        case .stillLocked(_, _, _, let task): task.map { "held by the task \($0)" }
        case .stillBusy(_, _, let task): "the task \(task) is running"
        case .staleLock(_, "mounted"): "its disk is mounted on the node (`pct mount`)"
        case .staleLock: "its configuration is complete and names its disk"
        case .templateMissing, .noAddress, .notForgotten, .vanished: nil
        }
    }

    public var recoverySuggestion: String? {
        switch self {
        case .foreign: "Choose another `vmid` in the inventory, or leave it out to take the next free one."
        case .templateMissing: "Set `template` in the inventory to a container on that node: `pct list`."
        case .mayNotClone(let who, let missing, _):
            """
            On the node, as root: \
            \(Right.commands(granting: missing, to: who).map { "`\($0)`" }.joined(separator: ", then ")).
            """
        case .taskFailed: "Mend the cause on the node and run the command again; it goes on where it stopped."
        case .stillLocked(let id, let node, _, _):
            """
            Wait for the task's end and run the command again. To see it, on the node: \
            `pvesh get /nodes/\(node)/tasks --source active --vmid \(id)`. Only if nothing runs: `pct unlock \(id)`.
            """
        case .stillBusy(let id, let node, _):
            """
            Wait for the task's end and run the command again. To see it, on the node: \
            `pvesh get /nodes/\(node)/tasks --source active --vmid \(id)`.
            """
        case .staleLock(let id, "mounted"): "On the node, as root: `pct unmount \(id)`; then run the command again."
        case .staleLock(let id, _):
            "On the node, as root: `pct unlock \(id)`; then run the command again. Nothing of the guest is lost by that."
        case .halfMade(let id, let template, let site):
            """
            On the node, as root: `pct config \(id)`. Only if it shows `site=\(site)` and no line `rootfs:`: \
            `pct unlock \(id)`, `pct destroy \(id) --destroy-unreferenced-disks 1`, `pct unlock \(template)`; \
            then run the command again.
            """
        case .notTaken: "A restart of the guest may be needed, or a privilege: see `mxprovision plan --verbose`."
        case .noAddress: "Look at the bridge, VLAN and DHCP server that the inventory names."
        case .unreachable: "Look at the guest's network and sshd: on the node, `pct enter` and `journalctl -u ssh`."
        case .notForgotten: "Look at the node's task log, then run `teardown` again."
        case .vanished: "See in the node's task log who did that, then run the command again."
        }
    }
}
