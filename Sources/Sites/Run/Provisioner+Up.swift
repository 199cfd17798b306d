import ConfigurationFiles
public import Engine
import Foundation
import Guests
import Ingress
import ProxmoxAPI
import RemoteShell
import Resources

extension Provisioner {
    /// Applies the inventory and the playbook to the site.
    ///
    /// - Parameter prepare: what a role does first in the run.
    /// - Throws: ``SiteLock/Held`` if the site is in use by another run; else the error, which is also in the journal.
    @discardableResult
    package func up(preparing prepare: @escaping @Sendable (RunContext) async throws -> Void) async throws -> Summary {
        try await run("up") { run in
            try await prepare(run)
            try await converge(in: run)
        }
    }

    /// Replaces the site's guest with a new one, and moves to it what only the old one has.
    ///
    /// If it is killed at any point, the next run continues: the data is in the guest, or in a file that the next run
    /// finds.
    ///
    /// - Parameter drain: time in seconds for which the service may finish its work before it is stopped.
    /// - Throws: as ``up(preparing:)`` and ``teardown(now:_:)``
    @discardableResult
    public func rebuild(drain: Int = 30) async throws -> Summary {
        try await run("rebuild") { run in
            try role?.adopt(self, in: run)
            if var guest = try await takeIdle(in: run) {
                switch try await role?.replacement(of: guest, of: self, in: run) ?? .possible {
                case .possible: break
                case .byConvergence: return try await converge(in: run)
                case .afterConvergence:
                    try await converge(in: run)
                    guard let now = try await host.look(at: guest.id, on: guest.node) else {
                        throw GuestError.vanished(id: guest.id)
                    }
                    guest = now
                }
                try queues.create()
                if let address = guest.view.hardwareAddress { try queues.keep(address: address) }
                let policy = ReleasePolicy(drain: drain, export: queues.archivePath)
                try await release(guest, policy, isReplaced: true, in: run)
                try run.stateStore.forgetGuest()
            }
            try await converge(in: run)
        }
    }

    /// Clones, configures, repairs, verifies and publishes, as far as each is needed.
    ///
    /// - Parameter isLast: whether to fail if the guest is stopped during the run, instead of starting it again.
    private func converge(
        in run: RunContext,
        isLast: Bool = false
    ) async throws {
        try role?.adopt(self, in: run)
        role?.reportLeftOut(to: run.report)
        let provision = try provision(run.stateStore, holding: run.lease, run.report)
        let access = access(run.stateStore, run.report)
        let steps = try unlockedSteps
        let (found, early) = try await look(provision, access, asking: steps)
        if let found {
            do { try checkRole(of: found) } catch {
                await early?.connection.close()
                throw error
            }
        }
        var contact = early
        var (guest, prepared): (LocatedGuest, Set<String>)
        let made: [Change]
        do {
            (guest, made) = try await provision.converge(from: found)
            try queues.forgetAddress()
            run.report(made.isEmpty ? .unchanged(step: "guest") : .changed(step: "guest", made, took: .zero))
            (guest, prepared) = try await prepare(externalResources(run.stateStore, run.report), for: guest, run.lease)
            // Close connections that are stale. A connection from before a start, or to an earlier address, is dead.
            // One from before a firewall change would still pass the firewall.
            if let known = contact,
                !prepared.isEmpty
                    || made.contains(where: {
                        ["guest", "status"].contains($0.subject) || $0.subject.hasPrefix("net0 ")
                    })
            {
                await known.connection.end()
                contact = nil
            }
        } catch let surplus as GuestProvision.Surplus {
            await contact?.connection.end()
            try await destroy(surplus.guest, in: run)
            try run.stateStore.forgetGuest()
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
                // A shutdown that was ordered before may take effect only now.
                if !isLast, case GuestError.unreachable = error,
                    let stopped = try await host.look(at: guest.id, on: guest.node), !stopped.view.isRunning
                {
                    run.report(.note("guest \(guest.id) was stopped during the run"))
                    return try await converge(in: run, isLast: true)
                }
                throw FirewallError(shuttingOut: guest, error, after: prepared) ?? error
            }
        }
        if guest.hostKeyChange != nil {
            do {
                guest = try await run.lease.take(guest)
                let rotation = HostKeyRotation(access: access, lease: run.lease, report: run.report)
                (guest, connection) = try await rotation.record(connection, of: guest)
            } catch {
                await connection.close()
                throw error
            }
        }
        try access.remember(guest, at: connection)
        try await withConnection(connection, endingWith: { await $0.close() }) { connection in
            var engine = Engine(guest: connection, stateStore: run.stateStore, report: run.report)
            if let role {
                engine.introduce = { try await role.enroll($0, of: self, run.report) }
            }
            var found = if let survey { survey } else { try await engine.survey(steps) }
            do { try checkSystem(found.system, of: guest) } catch {
                // A clone that this run has created contains no data yet.
                if made.contains(where: { $0.subject == "guest" }) {
                    try await destroy(guest, in: run)
                    try run.stateStore.forgetGuest()
                }
                throw error
            }
            if try found.isDue || role?.pendingChanges(of: self, run.stateStore).isEmpty == false {
                guest = try await run.lease.take(guest, isInside: true)
                // Another machine's run may have ended between the survey and the lease.
                if await run.lease.followsAnother { found = try await engine.survey(steps) }
            }
            let applied = try await engine.apply(found)
            try await role?.finish(guest, connection, isChanged: found.isDue, of: self, in: run)
            let proof = ProofSource(applied.proof) { [engine] in try await engine.verify(steps) }
            try await externalResources(run.stateStore, run.report).publish(
                for: guest, after: proof, prepared: prepared)
        }
    }

    /// Prepares the external resources. The site's lease is acquired before the first change.
    private func prepare(
        _ resources: ExternalResources,
        for guest: LocatedGuest,
        _ lease: SiteLease
    ) async throws -> (LocatedGuest, Set<String>) {
        var guest = guest
        if await !lease.isHeld {
            guard try await resources.plan(for: guest).contains(where: { !$0.changes.isEmpty }) else {
                return (guest, [])
            }
            guest = try await lease.take(guest)
        }
        return (guest, try await resources.prepare(for: guest))
    }
}
