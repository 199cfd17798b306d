package import Engine
import Foundation
package import ProxmoxAPI

/// Waits for tasks and locks of Proxmox on a site's guest.
///
/// A token sees only its own tasks. A task of another user is visible only as the guest's `lock`, or as a refusal.
package struct GuestTasks: Sendable {
    package let host: GuestLocator
    /// The template of the site's clones. Proxmox lists a clone's task under the template's id.
    let template: GuestID
    let report: EventHandler

    /// Deadline for tasks on slow disks.
    package var limit = Duration.seconds(600)

    /// Deadline for a lock whose task is not visible: it belongs to another user, or has died.
    var unseenLimit = Duration.seconds(120)

    package init(
        host: GuestLocator,
        template: GuestID,
        report: @escaping EventHandler,
        limit: Duration = Duration.seconds(600),
        unseenLimit: Duration = Duration.seconds(120)
    ) {
        self.host = host
        self.template = template
        self.report = report
        self.limit = limit
        self.unseenLimit = unseenLimit
    }

    /// Waits until no task runs on the guest and it is not locked.
    ///
    /// Needed before every power or destroy call: a call during another task is lost, or breaks that task. A reboot
    /// ordered during a shutdown reports `TASK OK` and leaves the guest stopped (Proxmox VE 9.2).
    ///
    /// - Returns: the guest's state after that, or nil if it was deleted.
    /// - Throws: ``GuestError/stillBusy(id:node:task:)`` and what ``awaitUnlock(_:lock:)`` throws.
    package func awaitIdle(_ guest: LocatedGuest) async throws -> LocatedGuest? {
        var isWaiting = false
        let deadline = host.clock.now + limit
        while let task = try await running(on: guest.node, subject: guest.id) {
            guard host.clock.now < deadline else {
                throw GuestError.stillBusy(id: guest.id, node: guest.node, task: Self.name(task))
            }
            if !isWaiting { report(.waiting("waiting for the task \(Self.name(task)) on guest \(guest.id)")) }
            isWaiting = true
            try await host.clock.sleep(for: .seconds(1))
        }
        // The earlier state may be from a time when the task was still running.
        guard let now = try await host.look(at: guest.id, on: guest.node) else { return nil }
        guard let lock = now.view.lock else { return now }
        return try await awaitUnlock(now, lock: lock)
    }

    /// Waits until a guest that is being destroyed does not exist any more. The guest leaves its pool before that, so
    /// its configuration is forbidden to us.
    ///
    /// - Parameter isLocked: whether it was found with the lock `destroyed`.
    /// - Returns: whether it was being destroyed.
    /// - Throws: ``GuestError/stillLocked(id:node:lock:task:)``
    func awaitDestruction(of id: GuestID, on node: NodeName, isLocked: Bool = false) async throws -> Bool {
        let deadline = host.clock.now + limit
        var isDestroyed = false
        while true {
            let task = try await running(on: node, type: "vzdestroy", subject: id)
            if task == nil {
                guard isLocked, try await !host.isFree(id) else { return isLocked || isDestroyed }
            }
            guard host.clock.now < deadline else {
                throw GuestError.stillLocked(id: id, node: node, lock: "destroyed", task: task.map(Self.name))
            }
            if !isDestroyed {
                report(.waiting("waiting until guest \(id) is destroyed, as requested by an earlier command"))
            }
            isDestroyed = true
            try await host.clock.sleep(for: .seconds(1))
        }
    }

    /// Waits until a task of Proxmox releases its lock, at growing intervals.
    ///
    /// A lock without a visible task may belong to another user. It is stale if no task ends it (`mounted`), if only a
    /// clone has it (`create`), or if this token sees every user's tasks.
    ///
    /// - Returns: the guest without the lock, or nil if it was deleted.
    /// - Throws: ``GuestError/stillLocked(id:node:lock:task:)``, ``GuestError/staleLock(id:lock:)``,
    ///   ``GuestError/halfMade(id:template:site:)``
    func awaitUnlock(_ guest: LocatedGuest, lock first: String) async throws -> LocatedGuest? {
        let start = host.clock.now
        var lock = first
        var pause = Duration.seconds(1)
        var isReported = false
        var wasUnseen = false
        while true {
            let task = try await holder(of: lock, on: guest)
            guard let found = try await host.look(at: guest.id, on: guest.node) else { return nil }
            guard let now = found.view.lock else { return found }
            lock = now
            if task == nil {
                if lock == "create", found.view.options["rootfs"] == nil {
                    throw GuestError.halfMade(id: guest.id, template: template, site: host.site.name)
                }
                // A task may have started between the two queries, so one query is not enough.
                var isStale = ["mounted", "create"].contains(lock)
                if !isStale, wasUnseen { isStale = try await seesAllTasks(on: guest.node) }
                if isStale {
                    throw GuestError.staleLock(id: guest.id, lock: lock)
                }
            }
            wasUnseen = task == nil
            guard host.clock.now < start + (task == nil ? min(limit, unseenLimit) : limit) else {
                throw GuestError.stillLocked(id: guest.id, node: guest.node, lock: lock, task: task.map(Self.name))
            }
            if !isReported {
                report(
                    .waiting(
                        "waiting: guest \(guest.id) is locked (\(lock))" + (task.map { " by \(Self.name($0))" } ?? "")))
            }
            isReported = true
            try await host.clock.sleep(for: pause)
            pause = min(pause * 2, .seconds(10))
        }
    }

    /// Returns the running task that holds a lock, or nil if there is none that this token may see.
    package func holder(of lock: String, on guest: LocatedGuest) async throws -> TaskID? {
        if let own = try await running(on: guest.node, subject: guest.id) { return own }
        switch lock {
        case "create": return try await runningClone(on: guest.node)
        // A backup of several guests is not listed under any of their ids.
        case "backup": return try await running(on: guest.node, type: "vzdump")
        default: return nil
        }
    }

    /// Whether this token sees the tasks of all users.
    private func seesAllTasks(on node: NodeName) async throws -> Bool {
        let path = "/nodes/\(node)"
        return try await GrantedRights.ask(host.client, on: [path]).has("Sys.Audit", on: path)
    }

    /// Returns a running task that clones the template, from any machine. A task that dies abruptly leaves its locks
    /// and an incomplete guest.
    func runningClone(on node: NodeName) async throws -> TaskID? {
        try await running(on: node, type: "vzclone", subject: template)
    }

    func running(on node: NodeName, type: String? = nil, subject: GuestID? = nil) async throws -> TaskID? {
        try await host.client(.tasks(on: node, source: .active, type: type, subject: subject))
            .first(where: \.isRunning)?.upid
    }

    package static func name(_ task: TaskID) -> String { "\(task.type) of \(task.user)" }
}
