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

    var tasks: GuestTasks { GuestTasks(host: host, template: order.template, report: report) }

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
    private static let startLimit = Duration.seconds(120)
    /// What a rival's machine may take from its clone to its look for ours.
    private static let rivalLimit = Duration.seconds(60)

    /// The site's guest. One that an earlier command has ordered to be destroyed is waited for, until it does not exist.
    ///
    /// While it is being cloned, the rights that come from a pool are not yet its own: what is forbidden then is looked at
    /// again when a clone that we began has ended.
    ///
    /// - Throws: ``SiteLock/Held`` where another machine clones the guest just now; ``GuestError``, `APIError`
    func find() async throws -> GuestHost.Found? {
        guard let found = try await findAny() else { return nil }
        let isLocked = found.view.lock == "destroyed"
        // A guest that runs is not being destroyed, so most runs need not ask.
        guard isLocked || !found.view.isRunning else { return found }
        _ = try await tasks.awaitDestruction(of: found.id, on: found.node, isLocked: isLocked)
        return try await findAny()
    }

    private func findAny() async throws -> GuestHost.Found? {
        do { return try await search() } catch let error as APIError {
            guard case .forbidden = error else { throw error }
            if let id = error.guest, try await tasks.awaitDestruction(of: id, on: order.node) {
                return try await search()
            }
            guard let task = try await tasks.runningClone(on: order.node) else { return try await searchAgain() }
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
                found = try await settled(try await tasks.awaitUnlock(guest, lock: lock))
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
                guard let idle = try await tasks.awaitIdle(guest), idle == guest else {
                    found = try await host.look(at: guest.id, on: guest.node)
                    continue
                }
                found = try await started(guest)
                made.append(Self.isStarted)
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
            guard let now = try await tasks.awaitIdle(found) else { return nil }
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
                of: { try await tasks.running(on: node, type: "vzclone") }, "another site's clone is made")
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

    /// Starts the guest if it is stopped when nothing works on it any more.
    ///
    /// - Throws: ``GuestError/vanished(id:)`` if it was deleted.
    func running(_ guest: GuestHost.Found) async throws -> GuestHost.Found {
        var found = try await tasks.awaitIdle(guest)
        if let idle = found, !idle.view.isRunning {
            found = try await started(idle)
            report(.changed(step: "guest", [Self.isStarted], took: .zero))
        }
        guard let found else { throw GuestError.vanished(id: guest.id) }
        return found
    }

    private static let isStarted = Change("status", from: "stopped", to: "running")

    private func started(_ guest: GuestHost.Found) async throws -> GuestHost.Found? {
        report(.changing(step: "guest", [Self.isStarted]))
        do {
            let task = try await host.client(.start(guest.id, on: guest.node))
            try await host.finish(task, "start guest \(guest.id)", within: Self.startLimit)
        } catch APIError.alreadyRunning {}
        return try await host.look(at: guest.id, on: guest.node)
    }

    private func awaitClones(on node: NodeName) async throws {
        try await awaitEnd(
            of: { try await tasks.runningClone(on: node) },
            "a clone of \(order.template) that was begun comes to its end")
    }

    /// Waits while a clone task runs, at most ``cloneLimit``, and reports once what it waits for.
    private func awaitEnd(of running: () async throws -> TaskID?, _ words: String) async throws {
        let deadline = host.clock.now + Self.cloneLimit
        var isTold = false
        while try await running() != nil, host.clock.now < deadline {
            if !isTold { report(.waiting(words)) }
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
        _ = try await tasks.awaitUnlock(now, lock: lock)
    }
}
