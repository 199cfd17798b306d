import ConfigurationFiles
public import Engine
package import Guests
import Ingress
import ProxmoxAPI
import RemoteShell
import Resources

extension Provisioner {
    /// Destroys the site's guest after it is no longer published, and its role has stored what only the guest has.
    ///
    /// If the process is killed at any point, the same command completes the teardown.
    ///
    /// - Parameters:
    ///   - now: whether to continue without waiting until DNS records have expired from caches.
    ///   - policy: what happens to the data that only the guest has.
    /// - Throws: ``DNSError``, ``GuestError/foreign(_:)``, or an error of the role; the guest is then unchanged.
    public func teardown(now: Bool = false, _ policy: ReleasePolicy = ReleasePolicy()) async throws -> Summary {
        try await run("teardown") { run in
            try role?.adopt(self, in: run)
            let resources = externalResources(run.stateStore, run.report)
            guard let guest = try await takeIdle(in: run) else {
                try await resources.withdraw(from: nil, now: true)
                try await resources.forget()
                try run.stateStore.forgetGuest()
                run.report(.note("there is no guest; nothing to destroy"))
                try role?.reportWaiting(of: self, in: run)
                return
            }
            try await resources.withdraw(from: guest, now: now)
            try await release(guest, policy, in: run)
            try await resources.forget()
            try run.stateStore.forgetGuest()
        }
    }

    /// Destroys the guest after its role has stored what only the guest has. If the guest is kept, its service is started
    /// again.
    ///
    /// - Parameter isReplaced: whether the next guest gets what was stored.
    package func release(
        _ guest: LocatedGuest, _ policy: ReleasePolicy, isReplaced: Bool = false, in run: RunContext
    ) async throws {
        do {
            try await role?.release(guest, policy, isReplaced: isReplaced, of: self, in: run)
            try Task.checkCancellation()
            try await destroy(guest, in: run)
        } catch {
            await role?.resume(guest, of: self, in: run)
            throw error
        }
    }

    /// Waits until no task runs on the site's guest, and acquires its lease. Returns nil if there is no guest.
    func takeIdle(
        in run: RunContext
    ) async throws -> LocatedGuest? {
        let provision = try provision(run.stateStore, holding: run.lease, run.report)
        guard let found = try await provision.find() else { return nil }
        try checkRole(of: found)
        try await run.lease.check(found)
        // During a shutdown, Proxmox refuses every change of the guest's notes.
        guard let idle = try await provision.tasks.awaitIdle(found) else { return nil }
        return try await run.lease.take(idle)
    }

    /// Stops and destroys the guest, each time after all other tasks on it have ended.
    ///
    /// The lease is renewed and the ownership marker is read again right before each call that cannot be undone.
    func destroy(
        _ guest: LocatedGuest, in run: RunContext
    ) async throws {
        let start = ContinuousClock.now
        let change = Change("guest", from: String(guest.id.rawValue), to: nil)
        let tasks = try provision(run.stateStore, holding: run.lease, run.report).tasks
        try await access(run.stateStore, run.report).endKept()
        run.report(.changing(step: "guest", [change]))
        try await run.lease.renew()
        var view = try await idle(guest, tasks)
        while view.options["protection"] == "1" {
            do {
                _ = try await client(
                    .configure(guest.id, on: guest.node, set: ["protection": "0"], delete: [], digest: view.digest)
                )
            } catch APIError.modified {}
            view = try await idle(guest, tasks)
        }
        if view.isRunning {
            do {
                let task = try await client(.shutdown(guest.id, on: guest.node, timeout: 60, forceStop: true))
                try await host.finish(task, "stop guest \(guest.id)", within: .seconds(180))
            } catch APIError.notRunning {}
        }
        try await run.lease.renew()
        _ = try await idle(guest, tasks)
        await run.lease.surrender()
        let task = try await client(.destroy(guest.id, on: guest.node, force: false, purge: true))
        try await host.finish(task, "destroy guest \(guest.id)", within: .seconds(300))
        guard try await host.view(of: guest.id, on: guest.node) == nil else {
            throw GuestError.notForgotten(id: guest.id)
        }
        run.report(.changed(step: "guest", [change], took: ContinuousClock.now - start))
    }

    /// Waits until no task runs on the guest, and returns its state if the guest is still ours.
    private func idle(_ guest: LocatedGuest, _ tasks: GuestTasks) async throws -> GuestView {
        guard let now = try await tasks.awaitIdle(guest) else { throw GuestError.vanished(id: guest.id) }
        guard now.view.mark == guest.view.mark else {
            throw GuestError.foreign(OtherGuest(now))
        }
        return now.view
    }
}
