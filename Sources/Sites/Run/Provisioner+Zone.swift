import ConfigurationFiles
import Diagnostics
import Engine
import Guests
import Ingress
import ProxmoxAPI
public import Resources
import Synchronization

extension Provisioner {
    /// Publishes the site's records on the user's request: the host's, then the MX after the guest has passed the
    /// verification.
    ///
    /// - Returns: The changes that were made.
    /// - Throws: ``DNSError``, ``SecretError``; ``SiteLock/Held``
    public func publishZone() async throws -> [Change] {
        try await changeZone("dns --apply", isDue: { try await !$0.plan().isEmpty }) {
            publication, stateStore, report in
            // The MX comes last: BIND refuses one whose host has no address, and senders would find none.
            let host = try await publication.publishHost()
            let proof = ProofSource(nil) { try await verifyGuest(stateStore, report) }
            return try await host + publication.publishExchange(after: proof)
        }
    }

    private func verifyGuest(_ stateStore: StateStore, _ report: @escaping EventHandler) async throws
        -> VerificationProof
    {
        guard let connection = try await reach(stateStore) else { throw SiteError.noGuest(site: site.name) }
        return try await withConnection(connection, endingWith: { await $0.close() }) {
            try await Engine(guest: $0, stateStore: stateStore, report: report).verify(try unlockedSteps)
        }
    }

    /// Removes the site's MX on the user's request.
    ///
    /// - Returns: The changes that were made, and for how long senders may still use the MX.
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
        _ body: @escaping @Sendable (ZonePublication, StateStore, @escaping EventHandler) async throws -> [Change]
    ) async throws -> [Change] {
        guard let publication else { return [] }
        let made = Mutex<[Change]>([])
        _ = try await run(command) { run in
            do {
                if try await isDue(publication),
                    let guest = try await provision(run.stateStore, holding: run.lease, run.report).find()
                {
                    _ = try await run.lease.take(guest)
                }
            } catch let error as APIError {
                // Continue: this change may be needed because the node is down.
                run.report(
                    .note(
                        "cannot check whether another machine is working on the site: \(ErrorDescription(error).what)"))
            }
            let start = ContinuousClock.now
            let changes = try await body(publication, run.stateStore, run.report)
            made.withLock { $0 = changes }
            if !changes.isEmpty { run.report(.changed(step: "dns", changes, took: .now - start)) }
        }
        return made.withLock(\.self)
    }
}
