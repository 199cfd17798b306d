package import Engine
import Foundation
package import ProxmoxAPI
package import Resources

/// Brings a site's guest from any state to configured and running.
package struct GuestProvision: Sendable {
    package let host: GuestLocator
    package let specification: GuestSpecification
    package let order: CloneRequest
    let stateStore: StateStore
    /// Taken before the first change; nil if nothing will be changed.
    package var lease: SiteLease?
    /// The hardware address of the guest that is replaced, for its clone.
    package var keptAddress: String?
    let report: EventHandler

    package init(
        host: GuestLocator,
        specification: GuestSpecification,
        order: CloneRequest,
        stateStore: StateStore,
        lease: SiteLease? = nil,
        keptAddress: String? = nil,
        report: @escaping EventHandler
    ) {
        self.host = host
        self.specification = specification
        self.order = order
        self.stateStore = stateStore
        self.lease = lease
        self.keptAddress = keptAddress
        self.report = report
    }

    package var tasks: GuestTasks { GuestTasks(host: host, template: order.template, report: report) }

    /// What to clone, and with which settings.
    package struct CloneRequest: Sendable {
        package var template: GuestID
        /// Nil to take the next free id.
        package var id: GuestID?
        package var node: NodeName
        package var hostname: String
        package var storage: StorageName?
        package var pool: String?
        package var full: Bool?
        /// What the guest is made for; see ``OwnershipMarker/role``.
        package var role: String?

        package init(
            template: GuestID,
            id: GuestID?,
            node: NodeName,
            hostname: String,
            storage: StorageName?,
            pool: String?,
            full: Bool?,
            role: String? = nil
        ) {
            self.template = template
            self.id = id
            self.node = node
            self.hostname = hostname
            self.storage = storage
            self.pool = pool
            self.full = full
            self.role = role
        }
    }

    /// Deadline for slow disks.
    static let cloneLimit = Duration.seconds(1800)
    /// How long to wait before the next attempt after another machine locked the template first.
    static let retryPause = Duration.milliseconds(250)
    private static let startLimit = Duration.seconds(120)
    /// How long another machine may take between the end of its clone and its search for ours.
    private static let rivalLimit = Duration.seconds(60)

    /// Returns the site's guest, or nil if there is none. If an earlier command ordered its destruction, waits until it
    /// does not exist any more.
    ///
    /// Privileges that come from a pool do not apply to a guest while it is being cloned. If it is forbidden then, the
    /// search is repeated when the clone that we started has ended.
    ///
    /// - Throws: ``SiteLock/Held`` if another machine is cloning the guest; ``GuestError``, `APIError`
    package func find() async throws -> LocatedGuest? {
        guard let found = try await findAny() else { return nil }
        let isLocked = found.view.lock == "destroyed"
        // A running guest is not being destroyed, so most runs skip this query.
        guard isLocked || !found.view.isRunning else { return found }
        _ = try await tasks.awaitDestruction(of: found.id, on: found.node, isLocked: isLocked)
        return try await findAny()
    }

    private func findAny() async throws -> LocatedGuest? {
        do { return try await findVisible() } catch let error as APIError {
            guard case .forbidden(let who, _, _, _) = error, let id = error.guest else { throw error }
            let isRecorded = stateStore.state.guest?.id == id.rawValue
            throw GuestError.hidden(id: id, who: who, isRecorded: isRecorded, pool: order.pool)
        }
    }

    private func findVisible() async throws -> LocatedGuest? {
        do { return try await search() } catch let error as APIError {
            guard case .forbidden = error else { throw error }
            if let id = error.guest, try await tasks.awaitDestruction(of: id, on: order.node) {
                return try await search()
            }
            guard let task = try await tasks.runningClone(on: order.node) else { return try await searchAgain() }
            guard stateStore.state.guest != nil else {
                let since = Date(timeIntervalSince1970: TimeInterval(task.start))
                let holder = SiteLock.Holder(who: task.user, command: "clone of \(order.template)", since: since)
                throw SiteLock.Held(site: host.site.name, by: holder)
            }
            try await awaitClones(on: order.node)
            return try await search()
        }
    }

    /// Searches again, because a clone may have ended between the search for guests and that for clone tasks.
    private func searchAgain() async throws -> LocatedGuest? {
        do { return try await search() } catch let error as APIError {
            guard case .forbidden = error, let id = stateStore.state.guest.flatMap({ GuestID(rawValue: $0.id) }),
                try await diedLastClone()
            else { throw error }
            throw GuestError.halfMade(id: id, template: order.template, site: host.site.name)
        }
    }

    private func search() async throws -> LocatedGuest? {
        try await host.find(
            recorded: stateStore.state.guest.flatMap { GuestID(rawValue: $0.id) },
            configured: order.id,
            named: order.hostname,
            on: order.node
        )
    }

    /// Acts until nothing is left to do.
    ///
    /// - Returns: the guest, running, and the changes that were made.
    package func converge(from first: LocatedGuest?) async throws -> (guest: LocatedGuest, changes: [Change]) {
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
                await lease?.see(guest)
                return (guest, made)
            }
        }
    }

    /// Acquires the site's lease before the first change.
    ///
    /// - Returns: whether this call has acquired it. The changes must then be computed again from the guest's current
    ///   state.
    private func isTaken(_ guest: LocatedGuest, _ found: inout LocatedGuest?) async throws -> Bool {
        guard let lease, await !lease.isHeld else { return false }
        found = try await lease.take(guest)
        return true
    }

    /// Confirms a clone, if its creator has not yet checked that the site has no other guest. Two machines that let
    /// Proxmox choose the id can each get a guest. The smaller id wins, unless the run of the other has already
    /// continued.
    ///
    /// - Throws: ``Surplus``; ``SiteLock/Held``
    private func settled(_ found: LocatedGuest?) async throws -> LocatedGuest? {
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

    /// Another machine has created the site's guest at the same time, so ours must be destroyed.
    package struct Surplus: Error {
        package var guest: LocatedGuest
        package var held: SiteLock.Held
    }

    /// Records which guest is ours, wherever it was found.
    private func record(_ guest: LocatedGuest) throws {
        guard let mark = guest.view.mark else { return }
        try stateStore.update { state in
            if state.guest?.id != guest.id.rawValue || state.guest?.mark != mark.id {
                state.guest = .init(id: guest.id.rawValue, node: guest.node.description, mark: mark.id)
            }
            state.guest?.node = guest.node.description
            state.guest?.hardwareAddress = guest.view.hardwareAddress
        }
    }

    /// Sends the configuration.
    ///
    /// - Returns: whether it was sent. False if the configuration was changed since it was read, for example by a
    ///   renewal of our own lease.
    private func configure(_ guest: LocatedGuest, _ difference: GuestSpecification.Difference) async throws -> Bool {
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

    /// Waits until no task runs on the guest, and starts it if it is stopped.
    ///
    /// - Throws: ``GuestError/vanished(id:)`` if it was deleted.
    package func running(_ guest: LocatedGuest) async throws -> LocatedGuest {
        var found = try await tasks.awaitIdle(guest)
        if let idle = found, !idle.view.isRunning {
            found = try await started(idle)
            report(.changed(step: "guest", [Self.isStarted], took: .zero))
        }
        guard let found else { throw GuestError.vanished(id: guest.id) }
        return found
    }

    private static let isStarted = Change("status", from: "stopped", to: "running")

    private func started(_ guest: LocatedGuest) async throws -> LocatedGuest? {
        report(.changing(step: "guest", [Self.isStarted]))
        do {
            let task = try await host.client(.start(guest.id, on: guest.node))
            try await host.finish(task, "start guest \(guest.id)", within: Self.startLimit)
        } catch APIError.alreadyRunning {}
        return try await host.look(at: guest.id, on: guest.node)
    }

    /// Whether the last task that cloned the template ended before the guest was in its pool.
    private func diedLastClone() async throws -> Bool {
        let tasks = try await host.client(
            .tasks(on: order.node, source: .all, type: "vzclone", subject: order.template))
        return tasks.max { $0.upid.start < $1.upid.start }?.hasFailed ?? false
    }
}
