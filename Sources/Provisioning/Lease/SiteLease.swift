import Foundation
import ProxmoxAPI

/// This run's hold on a site against other machines, as ``SiteLock`` is the one against other processes of this machine.
///
/// It is taken when something is to be changed, never before: a run that finds nothing to do writes nothing. From then
/// on it is renewed until the run ends.
actor SiteLease {
    /// Proxmox lets nobody change the notes of a guest while it is cloned.
    private static let cloning = Duration.seconds(1800)
    private static let attempts = 5

    private let host: GuestHost
    private let ledger: Ledger
    private let holder: SiteLock.Holder
    private let duration: Duration
    /// The ids of this machine's last leases: one of ours that stands in the notes is that of a run that died.
    private let previous: Set<String>
    private var held: (guest: GuestHost.Found, lease: Lease)?
    /// The guest as it is with the lease in its notes, where nobody waits for that.
    private var sight: Task<GuestHost.Found?, Never>?
    private var loss: LeaseError?

    /// Whether another machine has changed the site since this one last did, perhaps while we looked.
    private(set) var followsAnother = false

    init(host: GuestHost, ledger: Ledger, who: String, command: String, duration: Duration) {
        self.host = host
        self.ledger = ledger
        self.duration = duration
        holder = .init(who: who, command: command, since: host.now)
        previous = Set([ledger.state.lease, ledger.state.replacedLease].compactMap(\.self))
    }

    var isHeld: Bool { held != nil }

    /// Runs a command, and ends it at its next safe point where the site is lost to another machine.
    nonisolated func during(_ body: @escaping @Sendable () async throws -> Void) async throws {
        let work = Task { try await body() }
        let renewal = Task { await renew(orElse: { work.cancel() }) }
        let result = await withTaskCancellationHandler {
            await work.result
        } onCancel: {
            work.cancel()
        }
        renewal.cancel()
        await renewal.value
        // Also where the run was interrupted.
        let loss = await Task { await end() }.value
        if let loss { throw loss }
        try result.get()
    }

    /// - Throws: ``SiteLock/Held`` where another machine works on the site.
    func check(_ found: GuestHost.Found) throws {
        guard let lease = Lease(in: found.notes), !previous.contains(lease.id), lease.id != ledger.state.lease,
            lease.until > host.now
        else { return }
        throw SiteLock.Held(site: host.site.name, by: lease.holder, until: lease.until)
    }

    /// Whether a run of this machine has died with the guest in its hands: what that one asked Proxmox for may still be
    /// going on.
    func wasLeft(on found: GuestHost.Found) -> Bool {
        guard held == nil, let lease = Lease(in: found.notes) else { return false }
        return previous.contains(lease.id) && lease.renewals > 0
    }

    /// Takes the site, if it is not held yet, by swapping the notes that were seen for those with the lease.
    ///
    /// - Parameters:
    ///   - seen: as the plan was made from.
    ///   - isInside: whether only what is in the guest is going to be changed, so that its digest is not needed.
    /// - Returns: the guest as it is now; another than `seen` where it was changed meanwhile.
    /// - Throws: ``SiteLock/Held``, ``LeaseError``, `APIError`
    func take(_ seen: GuestHost.Found, isInside: Bool = false) async throws -> GuestHost.Found {
        if held?.guest.id == seen.id { return seen }
        var found = seen
        for _ in 0..<Self.attempts {
            try check(found)
            let before = Lease.latestID(in: found.notes)
            let lease = try fresh(for: duration, renewals: 1, replacing: before)
            let notes = lease.written(into: found.notes)
            let isTaken = try await exchange(notes, in: found)
            if isTaken, isInside {
                // Nothing but the notes is another than it was seen.
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

    /// The lease that a clone is born with.
    func claim() throws -> Lease { try fresh(for: Self.cloning, renewals: 0) }

    /// Goes on with the lease of a clone: the site has no other guest.
    func confirm(_ clone: GuestHost.Found) async throws -> GuestHost.Found {
        guard let lease = Lease(in: clone.notes), lease.id == ledger.state.lease else { return try await take(clone) }
        held = (clone, lease)
        try await renew()
        return try await look(clone)
    }

    /// Changes the notes of a guest that this run holds, by compare-and-swap, and keeps the lease in them.
    ///
    /// - Parameter change: from the notes as they are to the notes that are wanted; may be called more than once.
    /// - Returns: the guest with the changed notes.
    /// - Throws: ``LeaseError``, ``GuestError/vanished(id:)``, `APIError`
    func rewriteNotes(of guest: GuestHost.Found, _ change: (String) -> String) async throws -> GuestHost.Found {
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

    /// Makes sure that the site is still ours: before what cannot be taken back.
    ///
    /// - Throws: ``LeaseError/lost(site:to:)``, ``LeaseError/contended(site:)``, `APIError`
    func renew() async throws {
        for _ in 0..<Self.attempts {
            guard let (guest, lease) = held else { return }
            let found = try await host.look(at: guest.id, on: guest.node)
            // What was given up meanwhile is not lost.
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

    /// The guest, and the lease in its notes, are about to be destroyed.
    func surrender() { held = nil }

    private func renew(orElse stop: () -> Void) async {
        while (try? await host.clock.sleep(for: duration / 4)) != nil {
            do { try await renew() } catch let error {
                // One that could not be asked for may be asked for again, as long as nobody else can have it.
                if loss == nil, let lease = held?.lease, host.now >= lease.until {
                    loss = .lapsed(site: host.site.name, reason: Complaint(error).text)
                }
                if loss != nil { return stop() }
            }
        }
    }

    /// Gives the site back. Where that does not work, it is free when the lease runs out.
    private func end() async -> LeaseError? {
        // Mostly nobody has changed the guest since we looked at it last.
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

    /// Its id is on disk before it stands in the notes, so that a run after our death knows it for ours.
    private func fresh(for duration: Duration, renewals: Int, replacing old: String? = nil) throws -> Lease {
        let lease = Lease(
            id: UUID().uuidString.lowercased(), holder: holder, until: host.now + duration.inSeconds,
            renewals: renewals)
        try ledger.update {
            $0.replacedLease = old.flatMap { previous.contains($0) ? $0 : nil }
            $0.lease = lease.id
        }
        return lease
    }

    /// - Returns: whether the notes were changed for certain; false where somebody else was before us, the answer lost, or
    ///   the guest is not known as it is.
    private func exchange(_ notes: String, in found: GuestHost.Found) async throws -> Bool {
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

    private func look(_ found: GuestHost.Found) async throws -> GuestHost.Found {
        guard let now = try await host.look(at: found.id, on: found.node) else {
            throw GuestError.vanished(id: found.id)
        }
        return now
    }
}

extension GuestHost.Found {
    var notes: String { view.options["description"] ?? "" }
}

extension GuestHost {
    /// The node's clock, which all machines go by; our own where no answer has told it.
    var now: Date { client.nodeTime ?? Date() }
}

extension Duration {
    fileprivate var inSeconds: Double { self / .seconds(1) }
}
