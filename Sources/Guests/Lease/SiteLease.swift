import Diagnostics
package import Engine
package import Foundation
import ProxmoxAPI

/// This run's lock of a site against other machines. ``SiteLock`` is the lock against other processes of this machine.
///
/// It is acquired only before the first change: a run that finds nothing to do writes nothing. From then on it is
/// renewed until the run ends.
package actor SiteLease {
    /// Duration of a clone's lease. Proxmox refuses changes of a guest's notes while it is being cloned.
    private static let cloning = Duration.seconds(1800)
    private static let attempts = 5

    private let host: GuestLocator
    private let stateStore: StateStore
    private let holder: SiteLock.Holder
    private let duration: Duration
    /// The ids of this machine's last leases. If one of them is in the notes, its run has died.
    private let previous: Set<String>
    private var held: (guest: LocatedGuest, lease: Lease)?
    /// Fetches the guest with the lease in its notes, in the background.
    private var sight: Task<LocatedGuest?, Never>?
    private var loss: LeaseError?

    /// Whether another machine has changed the site since the last change of this one, perhaps while this run was
    /// reading.
    package private(set) var followsAnother = false

    package init(host: GuestLocator, stateStore: StateStore, who: String, command: String, duration: Duration) {
        self.host = host
        self.stateStore = stateStore
        self.duration = duration
        holder = .init(who: who, command: command, since: host.now)
        previous = Set([stateStore.state.lease, stateStore.state.replacedLease].compactMap(\.self))
    }

    package var isHeld: Bool { held != nil }

    /// Runs a command, and cancels it at its next safe point if the site is lost to another machine.
    package nonisolated func during(_ body: @escaping @Sendable () async throws -> Void) async throws {
        let work = Task { try await body() }
        let renewal = Task { await renew(orElse: { work.cancel() }) }
        let result = await withTaskCancellationHandler {
            await work.result
        } onCancel: {
            work.cancel()
        }
        renewal.cancel()
        await renewal.value
        // In a separate task, so that it also runs if the command was cancelled.
        let loss = await Task { await end() }.value
        if let loss { throw loss }
        try result.get()
    }

    /// Checks that no other machine holds the site.
    ///
    /// - Throws: ``SiteLock/Held`` if another machine holds the site.
    package func check(_ found: LocatedGuest) throws {
        guard let lease = Lease(in: found.notes), !previous.contains(lease.id), lease.id != stateStore.state.lease,
            lease.until > host.now
        else { return }
        throw SiteLock.Held(site: host.site.name, by: lease.holder, until: lease.until)
    }

    /// Whether a run of this machine has died while it held the guest. A task that it started on Proxmox may still be
    /// running.
    func wasLeft(on found: LocatedGuest) -> Bool {
        guard held == nil, let lease = Lease(in: found.notes) else { return false }
        return previous.contains(lease.id) && lease.renewals > 0
    }

    /// Acquires the site, if it is not held yet, by a compare-and-swap of the guest's notes.
    ///
    /// - Parameters:
    ///   - seen: the guest's state from which the plan was made.
    ///   - isInside: whether only the inside of the guest will be changed, so that its digest is not needed.
    /// - Returns: the guest's current state, which differs from `seen` if the guest was changed since.
    /// - Throws: ``SiteLock/Held``, ``LeaseError``, `APIError`
    package func take(_ seen: LocatedGuest, isInside: Bool = false) async throws -> LocatedGuest {
        if held?.guest.id == seen.id { return seen }
        var found = seen
        for _ in 0..<Self.attempts {
            try check(found)
            let before = Lease.latestID(in: found.notes)
            let lease = try fresh(for: duration, renewals: 1, replacing: before)
            let notes = lease.written(into: found.notes)
            let isTaken = try await exchange(notes, in: found)
            if isTaken, isInside {
                // Only the notes differ from the state that was read.
                (found.view.options["description"], found.view.digest) = (notes, nil)
                sight = Task { [host, found] in try? await host.look(at: found.id, on: found.node) }
            } else {
                found = try await look(found)
            }
            guard isTaken || Lease(in: found.notes)?.id == lease.id else { continue }
            held = (found, lease)
            followsAnother = before.map { !previous.contains($0) } ?? !previous.isEmpty
            return found
        }
        throw LeaseError.contended(site: host.site.name)
    }

    /// Returns the lease that is written with a new clone.
    package func claim() throws -> Lease { try fresh(for: Self.cloning, renewals: 0) }

    /// Continues with the lease of a clone, after the check that the site has no other guest.
    package func confirm(_ clone: LocatedGuest) async throws -> LocatedGuest {
        guard let lease = Lease(in: clone.notes), lease.id == stateStore.state.lease else {
            return try await take(clone)
        }
        held = (clone, lease)
        try await renew()
        return try await look(clone)
    }

    /// Changes the notes of a guest that this run holds, by compare-and-swap, and keeps the lease in them.
    ///
    /// - Parameter change: returns the new notes for the current ones; may be called more than once.
    /// - Returns: the guest with the changed notes.
    /// - Throws: ``LeaseError``, ``GuestError/vanished(id:)``, `APIError`
    func rewriteNotes(of guest: LocatedGuest, _ change: (String) -> String) async throws -> LocatedGuest {
        for _ in 0..<Self.attempts {
            var found = try await look(guest)
            guard let lease = held?.lease, Lease(in: found.notes)?.id == lease.id else {
                try await renew()
                throw LeaseError.lost(site: host.site.name, to: Lease(in: found.notes)?.holder)
            }
            let notes = change(found.notes)
            if notes != found.notes {
                guard try await exchange(notes, in: found) else { continue }
                found = try await look(found)
            }
            if held?.lease.id == lease.id, let standing = Lease(in: found.notes) { held = (found, standing) }
            return found
        }
        throw LeaseError.contended(site: host.site.name)
    }

    /// Renews the lease. Call it before an action that cannot be undone, to verify that the site is still ours.
    ///
    /// - Throws: ``LeaseError/lost(site:to:)``, ``LeaseError/contended(site:)``, `APIError`
    package func renew() async throws {
        for _ in 0..<Self.attempts {
            guard let (guest, lease) = held else { return }
            let found = try await host.look(at: guest.id, on: guest.node)
            // A lease that was released during the query is not lost.
            guard held?.lease.id == lease.id else { return }
            guard let found else { return held = nil }
            let standing = Lease(in: found.notes)
            guard standing?.id == lease.id else {
                held = nil
                loss = .lost(site: host.site.name, to: standing?.holder)
                throw LeaseError.lost(site: host.site.name, to: standing?.holder)
            }
            var next = lease
            next.until = host.now + duration.inSeconds
            next.renewals = max(lease.renewals, standing?.renewals ?? 0) + 1
            guard try await exchange(next.written(into: found.notes), in: found) else { continue }
            if held?.lease.id == lease.id { held = (found, next) }
            return
        }
        throw LeaseError.contended(site: host.site.name)
    }

    /// Stores the guest's state after this run has changed its configuration, so that the lease is released with the
    /// current digest. A state from before the last renewal is ignored.
    package func see(_ found: LocatedGuest) {
        guard let (guest, lease) = held, guest.id == found.id, let standing = Lease(in: found.notes),
            standing.id == lease.id, standing.renewals >= lease.renewals
        else { return }
        held = (found, lease)
    }

    /// Releases the lease without writing, because the guest and its notes are about to be destroyed.
    package func surrender() { held = nil }

    private func renew(orElse stop: () -> Void) async {
        while (try? await host.clock.sleep(for: duration / 4)) != nil {
            do { try await renew() } catch let error {
                // A renewal that failed can be retried until the lease expires, because no other machine can acquire
                // the site before.
                if loss == nil, let lease = held?.lease, host.now >= lease.until {
                    loss = .lapsed(site: host.site.name, reason: ErrorDescription(error).text)
                }
                if loss != nil { return stop() }
            }
        }
    }

    /// Releases the site. If that fails, the site is free when the lease expires.
    private func end() async -> LeaseError? {
        // In most runs, the guest was not changed since it was last read.
        var seen = held?.guest
        if seen?.view.digest == nil, let now = await sight?.value { seen = now }
        for _ in 0..<Self.attempts {
            guard let (guest, lease) = held, let found = seen, Lease(in: found.notes)?.id == lease.id else { break }
            let isGivenBack = try? await exchange(lease.ended(in: found.notes, at: host.now), in: found)
            if isGivenBack == true { break }
            seen = try? await host.look(at: guest.id, on: guest.node)
        }
        held = nil
        return loss
    }

    /// Returns a new lease. Its id is on disk before it is in the notes, so that a run after a crash recognizes it as
    /// ours.
    private func fresh(for duration: Duration, renewals: Int, replacing old: String? = nil) throws -> Lease {
        let lease = Lease(
            id: UUID().uuidString.lowercased(), holder: holder, until: host.now + duration.inSeconds,
            renewals: renewals)
        try stateStore.update {
            $0.replacedLease = old.flatMap { previous.contains($0) ? $0 : nil }
            $0.lease = lease.id
        }
        return lease
    }

    /// Replaces the guest's notes by compare-and-swap.
    ///
    /// - Returns: whether the notes were certainly changed. False if another change came first, the response was lost,
    ///   or the guest's digest is unknown.
    private func exchange(_ notes: String, in found: LocatedGuest) async throws -> Bool {
        guard found.view.digest != nil else { return false }
        do {
            _ = try await host.client(
                .configure(found.id, on: found.node, set: ["description": notes], digest: found.view.digest))
            return true
        } catch APIError.modified {
            return false
        } catch APIError.answerLost {
            return false
        }
    }

    private func look(_ found: LocatedGuest) async throws -> LocatedGuest {
        guard let now = try await host.look(at: found.id, on: found.node) else {
            throw GuestError.vanished(id: found.id)
        }
        return now
    }
}

extension LocatedGuest {
    package var notes: String { view.options["description"] ?? "" }
}

extension GuestLocator {
    /// The node's clock, which all machines use; the local clock if no response has contained the node's time.
    package var now: Date { client.nodeTime ?? Date() }
}

extension Duration {
    fileprivate var inSeconds: Double { self / .seconds(1) }
}
