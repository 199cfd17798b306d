import Foundation
import ProxmoxAPI

/// Brings a site's guest from whatever it is to configured and running.
struct GuestProvision: Sendable {
    let host: GuestHost
    let specification: GuestSpecification
    let order: CloneOrder
    let ledger: Ledger
    /// Taken when something is to be changed; nil where nothing is going to be.
    var lease: SiteLease?
    let report: Report

    /// What a clone is to be made of.
    struct CloneOrder: Sendable {
        var template: GuestID
        /// Nil to take the next free id.
        var id: GuestID?
        var node: NodeName
        var hostname: String
        var storage: StorageName?
        var pool: String?
        var full: Bool?
    }

    /// Deadlines for slow home disks.
    private static let cloneLimit = Duration.seconds(1800)
    private static let unlockLimit = Duration.seconds(600)
    private static let startLimit = Duration.seconds(120)
    /// What a rival's machine may take from its clone to its look for ours.
    private static let rivalLimit = Duration.seconds(60)

    /// The site's guest. While it is being cloned, the rights that come from a pool are not yet its own: what is forbidden
    /// then is looked at again when a clone that we began has ended.
    ///
    /// - Throws: ``SiteLock/Held`` where another machine clones the guest just now; ``GuestError``, `APIError`
    func find() async throws -> GuestHost.Found? {
        do { return try await search() } catch let error as APIError {
            guard case .forbidden = error else { throw error }
            guard let task = try await runningClone(on: order.node) else { return try await searchAgain() }
            guard ledger.state.guest != nil else {
                let since = Date(timeIntervalSince1970: TimeInterval(task.start))
                let holder = SiteLock.Holder(who: task.user, command: "clone of \(order.template)", since: since)
                throw SiteLock.Held(site: host.site.name, by: holder)
            }
            try await awaitClones(on: order.node)
            return try await search()
        }
    }

    /// A clone, of ours or of another site's, may have ended between the question for guests and that for clones.
    private func searchAgain() async throws -> GuestHost.Found? {
        do { return try await search() } catch let error as APIError {
            guard case .forbidden = error, let id = ledger.state.guest.flatMap({ GuestID(rawValue: $0.id) }),
                try await diedLastClone()
            else { throw error }
            throw GuestError.halfMade(id: id, template: order.template, site: host.site.name)
        }
    }

    private func search() async throws -> GuestHost.Found? {
        try await host.find(
            recorded: ledger.state.guest.flatMap { GuestID(rawValue: $0.id) },
            configured: order.id,
            named: order.hostname,
            on: order.node
        )
    }

    /// Acts until nothing is left to do.
    ///
    /// - Returns: the guest, running, and the changes that were made.
    func converge(from first: GuestHost.Found?) async throws -> (guest: GuestHost.Found, changes: [Change]) {
        var found = try await settled(first)
        var made: [Change] = []
        var sent: [Change] = []
        while true {
            try Task.checkCancellation()
            switch GuestLifecycle.next(found?.view, toward: specification) {
            case .clone:
                let change = Change("guest", from: nil, to: "clone of \(order.template)")
                report(.changing(step: "guest", [change]))
                found = try await settled(try await clone())
                made.append(change)
            case .awaitUnlock(let lock):
                guard let guest = found else { continue }
                found = try await settled(try await awaitUnlock(guest, lock: lock))
            case .configure(let difference):
                guard let guest = found else { continue }
                if try await isTaken(guest, &found) { continue }
                if difference.changes == sent { throw GuestError.notTaken(id: guest.id, difference.changes) }
                report(.changing(step: "guest", difference.changes))
                let isSent = try await configure(guest, difference)
                found = try await host.look(at: guest.id, on: guest.node)
                guard isSent else { continue }
                sent = difference.changes
                made += difference.changes
            case .start:
                guard let guest = found else { continue }
                if try await isTaken(guest, &found) { continue }
                report(.changing(step: "guest", [Change("status", from: "stopped", to: "running")]))
                try await start(guest)
                found = try await host.look(at: guest.id, on: guest.node)
                made.append(Change("status", from: "stopped", to: "running"))
            case .none:
                guard let guest = found else { continue }
                try record(guest)
                return (guest, made)
            }
        }
    }

    /// Takes the site before the first change.
    ///
    /// - Returns: whether that has only now been done; what is to be changed is then judged by the guest as it is now.
    private func isTaken(_ guest: GuestHost.Found, _ found: inout GuestHost.Found?) async throws -> Bool {
        guard let lease, await !lease.isHeld else { return false }
        found = try await lease.take(guest)
        return true
    }

    /// A clone whose maker has not yet seen that the site has no other guest: two machines that leave the number to
    /// Proxmox can each get one. The smaller number wins, unless the other was first to go on.
    ///
    /// - Throws: ``Surplus``; ``SiteLock/Held``
    private func settled(_ found: GuestHost.Found?) async throws -> GuestHost.Found? {
        guard var found, let lease else { return found }
        try await lease.check(found)
        if await lease.wasLeft(on: found) {
            guard let now = try await afterTasks(of: found) else { return nil }
            found = now
        }
        guard let own = Lease(in: found.notes), own.renewals == 0, found.view.lock == nil else { return found }
        let deadline = host.clock.now + Self.rivalLimit
        while order.id == nil {
            let others = try await host.all(named: order.hostname).filter { $0.id != found.id }
            guard let other = others.first else { break }
            let claim = Lease(in: other.notes)
            let isFirst = claim?.renewals != 0 || other.id.rawValue < found.id.rawValue
            if isFirst || host.clock.now >= deadline {
                throw Surplus(
                    guest: found, held: .init(site: host.site.name, by: claim?.holder, until: claim?.until))
            }
            try await host.clock.sleep(for: .seconds(1))
        }
        return try await lease.confirm(found)
    }

    /// Another machine has made the site's guest at the same time, so the one that we made is to go.
    struct Surplus: Error {
        var guest: GuestHost.Found
        var held: SiteLock.Held
    }

    /// Notes which guest is ours, wherever it was found.
    private func record(_ guest: GuestHost.Found) throws {
        guard let mark = guest.view.mark else { return }
        try ledger.update { state in
            if state.guest?.id != guest.id.rawValue || state.guest?.mark != mark.id {
                state.guest = .init(id: guest.id.rawValue, node: guest.node.description, mark: mark.id)
            }
            state.guest?.node = guest.node.description
        }
    }

    private func clone() async throws -> GuestHost.Found? {
        guard let template = try await host.look(at: order.template, on: order.node) else {
            throw GuestError.templateMissing(id: order.template, node: order.node)
        }
        return try await host.client.withTemplate(
            order.template,
            takesNextID: order.id == nil,
            noteWait: { report(.waiting("another site's clone of \(order.template) is made")) },
            { try await clone(template) })
    }

    /// The id and mark are on disk before the request is sent: if we die, the next run knows what to look for.
    private func clone(_ template: GuestHost.Found) async throws -> GuestHost.Found? {
        var attemptsLeft = 3
        while true {
            let id = if let id = order.id { id } else { try await host.client(.nextID()) }
            let mark = Mark.fresh(for: host.site)
            let fresh = HostKeyRecord.inherited(announced: []).written(into: mark.notes)
            let notes = try await lease?.claim().written(into: fresh) ?? fresh
            try ledger.update {
                $0.guest = .init(id: id.rawValue, node: template.node.description, mark: mark.id)
            }
            do {
                let task = try await host.client(
                    .clone(
                        order.template,
                        as: id,
                        on: template.node,
                        hostname: order.hostname,
                        description: notes,
                        full: order.full,
                        storage: order.storage,
                        pool: order.pool
                    )
                )
                report(.waiting("Proxmox clones \(order.template) to \(id)"))
                try await host.finish(task, "clone container \(order.template) to \(id)", within: Self.cloneLimit)
            } catch let error as APIError {
                attemptsLeft -= 1
                // An error is not a task failure: whether a guest with our mark came about is what counts.
                if error.leavesOpenWhatWasDone { try await awaitClones(on: template.node) }
                if let found = try await whoever(has: id, on: template.node) {
                    if found.view.mark == mark { return found }
                    if let rival = try await rival() { return rival }
                    guard order.id == nil, attemptsLeft > 0 else { throw error }
                } else if case .locked = error, attemptsLeft > 0 {
                    try await awaitTemplate(template)
                    if let rival = try await rival() { return rival }
                } else if case .forbidden(let who, path: nil, _, let reason) = error {
                    let missing = try await rightsMissing(toClone: template, to: id)
                    guard !missing.isEmpty else { throw error }
                    throw GuestError.mayNotClone(who: who, missing: missing, reason: reason)
                } else {
                    throw error
                }
                continue
            }
            return try await host.look(at: id, on: template.node)
        }
    }

    /// The guest with this id, when it is made: while it is cloned it is in no pool yet, and so hidden from who may not see all.
    private func whoever(has id: GuestID, on node: NodeName) async throws -> GuestHost.Found? {
        do { return try await host.look(at: id, on: node) } catch let error as APIError {
            guard case .forbidden = error else { throw error }
            try await awaitEnd(
                of: { try await runningTask(on: node, type: "vzclone") }, within: Self.cloneLimit,
                { _ in "another site's clone is made" })
            return try await host.look(at: id, on: node)
        }
    }

    /// The guest that another machine has made since we looked for one.
    private func rival() async throws -> GuestHost.Found? {
        guard let lease, let found = try await find() else { return nil }
        try await lease.check(found)
        return found
    }

    /// What `POST /nodes/{node}/lxc/{vmid}/clone` asks for and its refusal does not name, as far as the caller has not
    /// been given it.
    private func rightsMissing(toClone template: GuestHost.Found, to id: GuestID) async throws -> [Right] {
        guard let release = try await host.client(.version()).number else { return [] }
        let table = PrivilegeTable(
            order: order, specification: specification, release: release, template: template.view.options, guest: id)
        return try await table.missing(asking: host.client, for: .clone).map(\.right)
    }

    /// - Returns: whether it was sent; else somebody was before us, be it a renewal of our own lease.
    private func configure(_ guest: GuestHost.Found, _ difference: GuestSpecification.Difference) async throws -> Bool {
        do {
            _ = try await host.client(
                .configure(
                    guest.id,
                    on: guest.node,
                    set: difference.set,
                    delete: difference.delete,
                    digest: guest.view.digest
                )
            )
            return true
        } catch APIError.modified {
            return false
        }
    }

    private func start(_ guest: GuestHost.Found) async throws {
        do {
            let task = try await host.client(.start(guest.id, on: guest.node))
            try await host.finish(task, "start guest \(guest.id)", within: Self.startLimit)
        } catch APIError.alreadyRunning {
            return
        }
    }

    private func awaitClones(on node: NodeName) async throws {
        try await awaitEnd(
            of: { try await runningClone(on: node) }, within: Self.cloneLimit,
            { _ in "a clone of \(order.template) that was begun comes to its end" })
    }

    /// A task that clones the template; a token sees its own, whatever machine has started them. One that died without a
    /// last word leaves its locks, and half a guest.
    private func runningClone(on node: NodeName) async throws -> TaskID? {
        try await runningTask(on: node, type: "vzclone", subject: order.template)
    }

    /// The guest as it is when nothing is done to it any more; nil where it is gone.
    private func afterTasks(of guest: GuestHost.Found) async throws -> GuestHost.Found? {
        try await awaitEnd(
            of: { try await runningTask(on: guest.node, subject: guest.id) }, within: Self.unlockLimit,
            { "\($0.type), which a run that died has begun, comes to its end" })
        return try await host.look(at: guest.id, on: guest.node)
    }

    private func runningTask(on node: NodeName, type: String? = nil, subject: GuestID? = nil) async throws -> TaskID? {
        try await host.client(.tasks(on: node, source: .active, type: type, subject: subject))
            .first(where: \.isRunning)?.upid
    }

    /// Waits while there is a task, or for as long as it may take, and tells once what it waits for.
    private func awaitEnd(
        of running: () async throws -> TaskID?,
        within limit: Duration,
        _ words: (TaskID) -> String
    ) async throws {
        let deadline = host.clock.now + limit
        var isTold = false
        while let task = try await running(), host.clock.now < deadline {
            if !isTold { report(.waiting(words(task))) }
            isTold = true
            try await host.clock.sleep(for: .seconds(1))
        }
    }

    /// Whether the last task that cloned the template has ended before the guest came into its pool.
    private func diedLastClone() async throws -> Bool {
        let tasks = try await host.client(
            .tasks(on: order.node, source: .all, type: "vzclone", subject: order.template))
        return tasks.max { $0.upid.start < $1.upid.start }?.hasFailed ?? false
    }

    /// Waits until the template is free, if its lock is one that ends by itself.
    private func awaitTemplate(_ template: GuestHost.Found) async throws {
        guard let now = try await host.look(at: template.id, on: template.node) else {
            throw GuestError.templateMissing(id: template.id, node: template.node)
        }
        // Between the refusal and this look it may have become free.
        guard let lock = now.view.lock else { return }
        _ = try await awaitUnlock(now, lock: lock)
    }

    /// Waits for the end of a lock that a task of Proxmox's holds, at growing intervals.
    ///
    /// A token sees its own tasks alone, so a lock without a visible task may still be another's, unless it is one that no
    /// task ends (`mounted`) or that only a clone has (`create`).
    ///
    /// - Returns: the guest without the lock; nil if it was deleted.
    /// - Throws: ``GuestError/stillLocked(id:node:lock:task:)``, ``GuestError/staleLock(id:lock:)``,
    ///   ``GuestError/halfMade(id:template:site:)``
    private func awaitUnlock(_ guest: GuestHost.Found, lock: String) async throws -> GuestHost.Found? {
        let deadline = host.clock.now + Self.unlockLimit
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
                    throw GuestError.halfMade(id: guest.id, template: order.template, site: host.site.name)
                }
            }
            if !isReported {
                report(
                    .waiting(
                        "guest \(guest.id) is locked (\(lock))" + (task.map { " by \($0.type) of \($0.user)" } ?? "")))
            }
            isReported = true
            try await host.clock.sleep(for: pause)
            pause = min(pause * 2, .seconds(10))
        }
        throw GuestError.stillLocked(
            id: guest.id, node: guest.node, lock: lock, task: task.map { "\($0.type) of \($0.user)" })
    }

    /// The running task that holds a lock, if this token may see it.
    private func holder(of lock: String, on guest: GuestHost.Found) async throws -> TaskID? {
        if let own = try await runningTask(on: guest.node, subject: guest.id) { return own }
        return lock == "create" ? try await runningClone(on: guest.node) : nil
    }
}
