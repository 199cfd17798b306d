import Foundation
import ProxmoxAPI
import RemoteShell

extension Provisioner {
    /// Brings the site to what inventory and playbook say.
    ///
    /// - Parameters:
    ///   - archive: a mail queue that ``teardown(now:queue:)`` has exported, to be put into the guest's.
    ///   - discards: whether to give up the import of the queue that waits; its file is kept.
    /// - Throws: ``SiteLock/Held`` where somebody else works on the site; else what went wrong, which the journal has too.
    @discardableResult
    public func up(importing archive: String? = nil, discardsImport discards: Bool = false) async throws -> Summary {
        try await run("up") { ledger, lease, report in
            if discards { try discardImport(ledger, report) }
            if let archive {
                try adoptQueue(ledger)
                if let waiting = ledger.state.archive, waiting.path != archive {
                    throw QueueError.waiting(path: waiting.path)
                }
                _ = try await QueueArchive(path: archive).content()
                if ledger.state.archive == nil { try ledger.update { $0.archive = .init(path: archive) } }
            }
            try await converge(ledger, lease, report)
        }
    }

    /// Makes the site's guest anew, with the mail that was queued in the old one. Senders find nobody there meanwhile, and
    /// try again.
    ///
    /// If it is killed at any point, the next run continues: the queue is in the guest, or in a file that the next run finds.
    ///
    /// - Parameter drain: seconds for which the queue may drain before anything is stopped.
    /// - Throws: as ``up(importing:discardsImport:)`` and ``teardown(now:queue:)``
    @discardableResult
    public func rebuild(drain: Int = 30) async throws -> Summary {
        try await run("rebuild") { ledger, lease, report in
            try adoptQueue(ledger)
            if var guest = try await takeIdle(ledger, lease, report) {
                if let waiting = ledger.state.archive,
                    try await !isOwn(waiting, of: guest, ledger, lease, report)
                {
                    // Mail of an earlier guest, which nobody else has: this one gets it before it may be packed itself.
                    try await converge(ledger, lease, report)
                    // That was the rest of a rebuild.
                    if waiting.guest != nil { return }
                    guard let now = try await host.look(at: guest.id, on: guest.node) else {
                        throw GuestError.vanished(id: guest.id)
                    }
                    guest = now
                }
                try queues.create()
                let policy = QueuePolicy(drain: drain, export: queues.archivePath)
                try await release(guest, policy, isKept: true, ledger, lease, report)
                try ledger.forgetGuest()
            }
            try await converge(ledger, lease, report)
        }
    }

    /// Clones, configures, mends, proves and publishes, as far as anything of that is to do.
    ///
    /// - Parameter isLast: whether a guest that somebody stops meanwhile ends it, rather than is started again.
    private func converge(
        _ ledger: Ledger,
        _ lease: SiteLease,
        _ report: @escaping Report,
        isLast: Bool = false
    ) async throws {
        try adoptQueue(ledger)
        let provision = try provision(ledger, holding: lease, report)
        let access = access(ledger, report)
        let steps = try unlockedSteps
        let (found, early) = try await look(provision, access, asking: steps)
        var contact = early
        var (guest, prepared): (GuestHost.Found, Set<String>)
        do {
            let made: [Change]
            (guest, made) = try await provision.converge(from: found)
            report(made.isEmpty ? .unchanged(step: "guest") : .changed(step: "guest", made, took: .zero))
            (guest, prepared) = try await prepare(parts(ledger, report), for: guest, lease)
            // A connection from before a start is dead, and one from before a firewall would go on through it.
            if let known = contact,
                !prepared.isEmpty || made.contains(where: { ["guest", "status"].contains($0.subject) })
            {
                await known.connection.end()
                contact = nil
            }
        } catch let surplus as GuestProvision.Surplus {
            await contact?.connection.end()
            try await destroy(surplus.guest, ledger, lease, report)
            try ledger.forgetGuest()
            throw surplus.held
        } catch {
            await contact?.connection.close()
            throw error
        }
        var connection: SSHConnection
        var survey: GuestSurvey?
        if let known = contact {
            (connection, survey) = (known.connection, known.survey)
        } else {
            do { connection = try await access.open(guest, on: host) } catch {
                // A shutdown that was ordered before may come through only now.
                if !isLast, case GuestError.unreachable = error,
                    let stopped = try await host.look(at: guest.id, on: guest.node), !stopped.view.isRunning
                {
                    report(.note("guest \(guest.id) was stopped during the run"))
                    return try await converge(ledger, lease, report, isLast: true)
                }
                throw FirewallError(shuttingOut: guest, error, after: prepared) ?? error
            }
        }
        if guest.hostKeyChange != nil {
            do {
                guest = try await lease.take(guest)
                let rotation = HostKeyRotation(access: access, lease: lease, report: report)
                (guest, connection) = try await rotation.record(connection, of: guest)
            } catch {
                await connection.close()
                throw error
            }
        }
        try access.remember(guest, at: connection)
        try await lend(connection, endingWith: { await $0.close() }) { connection in
            var engine = Engine(guest: connection, ledger: ledger, report: report)
            if let primary = primaryRun(report) { engine.introduce = primary.introduce }
            var found = if let survey { survey } else { try await engine.survey(steps) }
            if found.isDue || ledger.state.archive != nil {
                guest = try await lease.take(guest, isInside: true)
                // Another machine's run may have ended between the survey and the lease.
                if await lease.followsAnother { found = try await engine.survey(steps) }
            }
            let applied = try await engine.apply(found)
            try await importArchive(into: guest, connection, ledger, report)
            let proof = ProofSource(applied.proof) { [engine] in try await engine.verify(steps) }
            try await parts(ledger, report).publish(for: guest, after: proof, prepared: prepared)
        }
    }

    /// Prepares the parts, on a site that is taken before any of them is changed.
    private func prepare(
        _ parts: SiteParts,
        for guest: GuestHost.Found,
        _ lease: SiteLease
    ) async throws -> (GuestHost.Found, Set<String>) {
        var guest = guest
        if await !lease.isHeld {
            guard try await parts.plan(for: guest).contains(where: { !$0.changes.isEmpty }) else { return (guest, []) }
            guest = try await lease.take(guest)
        }
        return (guest, try await parts.prepare(for: guest))
    }
}
