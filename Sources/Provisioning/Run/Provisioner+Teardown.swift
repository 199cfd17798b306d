import ProxmoxAPI
import RemoteShell

extension Provisioner {
    /// What becomes of mail that is still queued when a guest is to go.
    public struct QueuePolicy: Sendable {
        /// Seconds for which the queue may drain before anything is stopped.
        public var drain: Int
        /// Where the queue goes that did not drain; nil to refuse to destroy it. A file that is not there yet.
        public var export: String?

        public init(drain: Int = 30, export: String? = nil) {
            self.drain = drain
            self.export = export
        }
    }

    /// Destroys the site's guest, when no sender goes by its MX any more and no message is left in it.
    ///
    /// Postfix is stopped before the queue is counted, so that no message can come between the count and the end; it
    /// is started again where the guest stays.
    ///
    /// - Parameters:
    ///   - now: Whether to go on without waiting until senders have forgotten the MX.
    ///   - queue: What becomes of queued mail.
    /// - Throws: ``DNSError``, ``QueueError``, ``GuestError/foreign(id:node:mark:)``; the guest is then as it was.
    public func teardown(now: Bool = false, queue: QueuePolicy = QueuePolicy()) async throws -> Summary {
        try await run("teardown") { ledger, lease, report in
            let parts = parts(ledger, report)
            guard let found = try await provision(ledger, holding: lease, report).find() else {
                try await parts.withdraw(from: nil, now: true)
                try await parts.forget()
                try ledger.forgetGuest()
                report(.note("there is no guest; nothing to destroy"))
                return
            }
            let guest = try await lease.take(found)
            try await parts.withdraw(from: guest, now: now)
            if guest.mayHoldMail { _ = try await empty(guest, queue, ledger, report) }
            try Task.checkCancellation()
            try await destroy(guest, ledger, lease, report)
            try await parts.forget()
            try ledger.forgetGuest()
        }
    }

    /// Leaves the guest with Postfix stopped and no message that is not also elsewhere.
    ///
    /// - Returns: whether any had to be exported.
    func empty(
        _ guest: GuestHost.Found,
        _ policy: QueuePolicy,
        _ ledger: Ledger,
        _ report: @escaping Report
    ) async throws -> Bool {
        guard guest.view.isRunning else {
            throw QueueError.unknown(guest: guest.id, reason: "the guest is stopped")
        }
        let access = access(ledger, report)
        let connection: SSHConnection
        do { connection = try await access.open(guest, on: host) } catch let error as ShellError {
            throw QueueError.unknown(guest: guest.id, reason: Complaint(error).text)
        }
        return try await lend(connection, endingWith: { await $0.close() }) { connection in
            try await QueueRun(guest: guest.id, connection: connection, report: report).empty(policy)
        }
    }

    /// The lease is renewed and the mark read again right before each call that cannot be taken back.
    func destroy(
        _ guest: GuestHost.Found, _ ledger: Ledger, _ lease: SiteLease, _ report: @escaping Report
    ) async throws {
        let start = ContinuousClock.now
        try await access(ledger, report).endKept()
        report(.changing(step: "guest", [Change("guest", from: String(guest.id.rawValue), to: nil)]))
        try await lease.renew()
        var view = try await marked(guest)
        while view.options["protection"] == "1" {
            do {
                _ = try await client(
                    .configure(guest.id, on: guest.node, set: ["protection": "0"], delete: [], digest: view.digest)
                )
            } catch APIError.modified {}
            view = try await marked(guest)
        }
        if view.isRunning {
            do {
                let task = try await client(.shutdown(guest.id, on: guest.node, timeout: 60, forceStop: true))
                try await host.finish(task, "stop guest \(guest.id)", within: .seconds(180))
            } catch APIError.notRunning {}
        }
        try await lease.renew()
        view = try await marked(guest)
        await lease.surrender()
        let task = try await client(.destroy(guest.id, on: guest.node, force: false, purge: true))
        try await host.finish(task, "destroy guest \(guest.id)", within: .seconds(300))
        guard try await host.view(of: guest.id, on: guest.node) == nil else {
            throw GuestError.notForgotten(id: guest.id)
        }
        report(
            .changed(
                step: "guest",
                [Change("guest", from: String(guest.id.rawValue), to: nil)],
                took: ContinuousClock.now - start
            )
        )
    }

    private func marked(_ guest: GuestHost.Found) async throws -> GuestView {
        guard let view = try await host.view(of: guest.id, on: guest.node), view.mark == guest.view.mark else {
            throw GuestError.foreign(id: guest.id, node: guest.node, mark: nil)
        }
        return view
    }
}
