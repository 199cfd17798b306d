import Foundation
import ProxmoxAPI

/// Waits for what Proxmox itself does to a site's guest.
///
/// A token sees its own tasks alone. What another user has ordered shows only as the guest's `lock`, or as a refusal.
struct GuestTasks: Sendable {
    let host: GuestHost
    /// The template of the site's clones: a clone's task is listed under it.
    let template: GuestID
    let report: Report

    /// Deadline for tasks on slow home disks.
    var limit = Duration.seconds(600)

    /// Waits until no task works on the guest and nothing locks it.
    ///
    /// For every power or destroy call: one that comes during another is lost, or hits what the other one needs. A reboot
    /// ordered during a shutdown reports `TASK OK` and leaves the guest stopped (Proxmox VE 9.2).
    ///
    /// - Returns: the guest as it is then; nil if it was deleted.
    /// - Throws: ``GuestError/stillBusy(id:node:task:)`` and what ``awaitUnlock(_:lock:)`` throws.
    func awaitIdle(_ guest: GuestHost.Found) async throws -> GuestHost.Found? {
        var isWaiting = false
        let deadline = host.clock.now + limit
        while let task = try await running(on: guest.node, subject: guest.id) {
            guard host.clock.now < deadline else {
                throw GuestError.stillBusy(id: guest.id, node: guest.node, task: Self.name(task))
            }
            if !isWaiting { report(.waiting("the task \(Self.name(task)) on guest \(guest.id) ends")) }
            isWaiting = true
            try await host.clock.sleep(for: .seconds(1))
        }
        // What was seen before may be of a time when the task was still running.
        guard let now = try await host.look(at: guest.id, on: guest.node) else { return nil }
        guard let lock = now.view.lock else { return now }
        return try await awaitUnlock(now, lock: lock)
    }

    /// Waits until a guest that is being destroyed does not exist any more. Before that, it leaves its pool, so that its
    /// configuration is forbidden to us.
    ///
    /// - Parameter isLocked: whether it was seen with the lock `destroyed`.
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
            if !isDestroyed { report(.waiting("guest \(id) is destroyed, as an earlier command has ordered")) }
            isDestroyed = true
            try await host.clock.sleep(for: .seconds(1))
        }
    }

    /// Waits for the end of a lock that a task of Proxmox's holds, at growing intervals.
    ///
    /// A lock without a visible task may still be another user's, unless it is one that no task ends (`mounted`) or that only
    /// a clone has (`create`).
    ///
    /// - Returns: the guest without the lock; nil if it was deleted.
    /// - Throws: ``GuestError/stillLocked(id:node:lock:task:)``, ``GuestError/staleLock(id:lock:)``,
    ///   ``GuestError/halfMade(id:template:site:)``
    func awaitUnlock(_ guest: GuestHost.Found, lock: String) async throws -> GuestHost.Found? {
        let deadline = host.clock.now + limit
        var pause = Duration.seconds(1)
        var isReported = false
        var task: TaskID?
        while host.clock.now < deadline {
            task = try await holder(of: lock, on: guest)
            guard let found = try await host.look(at: guest.id, on: guest.node) else { return nil }
            guard let lock = found.view.lock else { return found }
            if task == nil {
                if lock == "mounted" { throw GuestError.staleLock(id: guest.id, lock: lock) }
                if lock == "create" {
                    guard found.view.options["rootfs"] == nil else {
                        throw GuestError.staleLock(id: guest.id, lock: lock)
                    }
                    throw GuestError.halfMade(id: guest.id, template: template, site: host.site.name)
                }
            }
            if !isReported {
                report(
                    .waiting(
                        "guest \(guest.id) is locked (\(lock))" + (task.map { " by \(Self.name($0))" } ?? "")))
            }
            isReported = true
            try await host.clock.sleep(for: pause)
            pause = min(pause * 2, .seconds(10))
        }
        throw GuestError.stillLocked(id: guest.id, node: guest.node, lock: lock, task: task.map(Self.name))
    }

    /// The running task that holds a lock, if this token may see it.
    private func holder(of lock: String, on guest: GuestHost.Found) async throws -> TaskID? {
        if let own = try await running(on: guest.node, subject: guest.id) { return own }
        return lock == "create" ? try await runningClone(on: guest.node) : nil
    }

    /// A task that clones the template, whatever machine has started it. One that died without a last word leaves its locks,
    /// and half a guest.
    func runningClone(on node: NodeName) async throws -> TaskID? {
        try await running(on: node, type: "vzclone", subject: template)
    }

    func running(on node: NodeName, type: String? = nil, subject: GuestID? = nil) async throws -> TaskID? {
        try await host.client(.tasks(on: node, source: .active, type: type, subject: subject))
            .first(where: \.isRunning)?.upid
    }

    private static func name(_ task: TaskID) -> String { "\(task.type) of \(task.user)" }
}
