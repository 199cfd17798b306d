import ProxmoxAPI
import RemoteShell

extension Provisioner {
    /// What becomes of mail that is still queued when a guest is to go.
    public struct QueuePolicy: Sendable {
        /// Seconds for which the queue may drain before anything is stopped.
        public var drain: Int
        /// Where the queue goes that did not drain; nil to refuse to destroy it. A file that is there already is replaced only
        /// if it was packed from the same guest, by a run that was interrupted.
        public var export: String?

        public init(drain: Int = 30, export: String? = nil) {
            self.drain = drain
            self.export = export
        }
    }

    /// Destroys the site's guest, when no sender goes by its MX any more and no message is left in it.
    ///
    /// Postfix is stopped before the queue is counted, so that no message can come between the count and the end; it
    /// is started again if the guest stays. A guest that is stopped is started for that. Killed at any point, the same
    /// command completes.
    ///
    /// - Parameters:
    ///   - now: Whether to go on without waiting until senders have forgotten the MX.
    ///   - queue: What becomes of queued mail.
    /// - Throws: ``DNSError``, ``QueueError``, ``GuestError/foreign(id:node:mark:)``; the guest is then as it was.
    public func teardown(now: Bool = false, queue: QueuePolicy = QueuePolicy()) async throws -> Summary {
        try await run("teardown") { ledger, lease, report in
            try adoptQueue(ledger)
            let parts = parts(ledger, report)
            guard let guest = try await takeIdle(ledger, lease, report) else {
                try await parts.withdraw(from: nil, now: true)
                try await parts.forget()
                try ledger.forgetGuest()
                report(.note("there is no guest; nothing to destroy"))
                if let waiting = ledger.state.archive {
                    report(.note("the mail queue \(waiting.path) waits; `mxprovision up` puts it into the next guest"))
                }
                return
            }
            try await parts.withdraw(from: guest, now: now)
            try await release(guest, queue, ledger, lease, report)
            try await parts.forget()
            try ledger.forgetGuest()
        }
    }

    /// The site's guest when no task works on it any more, taken for this run; nil if there is none.
    func takeIdle(
        _ ledger: Ledger, _ lease: SiteLease, _ report: @escaping Report
    ) async throws -> GuestHost.Found? {
        let provision = try provision(ledger, holding: lease, report)
        guard let found = try await provision.find() else { return nil }
        try await lease.check(found)
        // During a shutdown, Proxmox refuses every change of the guest's notes.
        guard let idle = try await provision.tasks.awaitIdle(found) else { return nil }
        return try await lease.take(idle)
    }

    /// Stops and destroys the guest, each when no other task works on it.
    ///
    /// The lease is renewed and the mark read again right before each call that cannot be taken back.
    func destroy(
        _ guest: GuestHost.Found, _ ledger: Ledger, _ lease: SiteLease, _ report: @escaping Report
    ) async throws {
        let start = ContinuousClock.now
        let change = Change("guest", from: String(guest.id.rawValue), to: nil)
        let tasks = try provision(ledger, holding: lease, report).tasks
        try await access(ledger, report).endKept()
        report(.changing(step: "guest", [change]))
        try await lease.renew()
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
        try await lease.renew()
        _ = try await idle(guest, tasks)
        await lease.surrender()
        let task = try await client(.destroy(guest.id, on: guest.node, force: false, purge: true))
        try await host.finish(task, "destroy guest \(guest.id)", within: .seconds(300))
        guard try await host.view(of: guest.id, on: guest.node) == nil else {
            throw GuestError.notForgotten(id: guest.id)
        }
        report(.changed(step: "guest", [change], took: ContinuousClock.now - start))
    }

    /// The guest as it is when no task works on it, if it is still ours.
    private func idle(_ guest: GuestHost.Found, _ tasks: GuestTasks) async throws -> GuestView {
        guard let now = try await tasks.awaitIdle(guest) else { throw GuestError.vanished(id: guest.id) }
        guard now.view.mark == guest.view.mark else {
            throw GuestError.foreign(id: guest.id, node: now.node, mark: now.view.mark)
        }
        return now.view
    }
}
