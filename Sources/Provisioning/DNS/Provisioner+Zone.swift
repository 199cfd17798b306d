import ProxmoxAPI
import Synchronization

extension Provisioner {
    /// Publishes the site's records by hand: the host's, then the MX, after the guest has passed the verification.
    ///
    /// - Returns: what was changed.
    /// - Throws: ``DNSError``, ``SecretError``; ``SiteLock/Held``
    public func publishZone() async throws -> [Change] {
        try await changeZone("dns --apply", isDue: { try await !$0.plan().isEmpty }) { publication, ledger, report in
            // The MX comes last: BIND refuses one whose host has no address, and senders would find none.
            let host = try await publication.publishHost()
            let proof = ProofSource(nil) { try await verifyGuest(ledger, report) }
            return try await host + publication.publishExchange(after: proof)
        }
    }

    private func verifyGuest(_ ledger: Ledger, _ report: @escaping Report) async throws -> VerificationProof {
        guard let connection = try await reach(ledger) else { throw VerifyError.noGuest(site: site.name) }
        return try await lend(connection, endingWith: { await $0.close() }) {
            try await Engine(guest: $0, ledger: ledger, report: report).verify(try unlockedSteps)
        }
    }

    /// Takes the site's MX away by hand.
    ///
    /// - Returns: what was changed, and for how long senders may still go by it.
    /// - Throws: as ``publishZone()``
    public func withdrawZone() async throws -> (changes: [Change], wait: Duration) {
        let wait = Mutex(Duration.zero)
        let changes = try await changeZone("dns --withdraw", isDue: { try await !$0.exchangeServers().isEmpty }) {
            publication, _, _ in
            let (changes, rest) = try await publication.withdraw(.exchange)
            wait.withLock { $0 = rest }
            return changes
        }
        return (changes, wait.withLock(\.self))
    }

    private func changeZone(
        _ command: String,
        isDue: @escaping @Sendable (ZonePublication) async throws -> Bool,
        _ body: @escaping @Sendable (ZonePublication, Ledger, @escaping Report) async throws -> [Change]
    ) async throws -> [Change] {
        guard let publication else { return [] }
        let made = Mutex<[Change]>([])
        _ = try await run(command) { ledger, lease, report in
            do {
                if try await isDue(publication), let guest = try await provision(ledger, holding: lease, report).find()
                {
                    _ = try await lease.take(guest)
                }
            } catch let error as APIError {
                // What is changed here may be needed because the node is away.
                report(.note("whether another machine works on the site is not known: \(Complaint(error).what)"))
            }
            let start = ContinuousClock.now
            let changes = try await body(publication, ledger, report)
            made.withLock { $0 = changes }
            if !changes.isEmpty { report(.changed(step: "dns", changes, took: .now - start)) }
        }
        return made.withLock(\.self)
    }
}
