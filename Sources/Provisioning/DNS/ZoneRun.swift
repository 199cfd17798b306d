import Foundation

/// The public DNS as a part of a site: published last, withdrawn first.
struct ZoneRun: SitePart {
    let name = "dns"

    let publication: ZonePublication
    let ledger: Ledger
    let report: Report

    func plan(for guest: GuestHost.Found?) async throws -> [Change] {
        publication.isUpdatable ? try await publication.plan() : []
    }

    /// Publishes the guest's name: what a certificate is issued for.
    func prepare(for guest: GuestHost.Found) async throws -> [Change] {
        publication.isUpdatable ? try await publication.publishHost() : []
    }

    /// Publishes the MX.
    func publish(for guest: GuestHost.Found, after proof: ProofSource) async throws -> [Change]? {
        guard publication.isUpdatable else {
            report(
                .note("the zone is edited by hand: `mxprovision dns \(publication.desired.site) --check` compares it"))
            return nil
        }
        let changes = try await publication.publishExchange(after: proof)
        if ledger.state.exchangeGoneBy != nil { try ledger.update { $0.exchangeGoneBy = nil } }
        return changes
    }

    /// Takes the MX away.
    ///
    /// When senders will have forgotten it is recorded, so that a run that comes after an interrupted one waits for the
    /// rest alone.
    ///
    /// - Throws: ``DNSError``, ``SecretError``, ``StateError``; the MX is then as it was.
    func withdraw(from guest: GuestHost.Found?, now: Bool) async throws -> [Change] {
        guard publication.isUpdatable else {
            guard !now, let server = try await publication.exchangeServers().first else { return [] }
            throw DNSError.stillPublished(site: publication.desired.site, server: server)
        }
        return try await publication.withdraw(.exchange) { wait in
            try ledger.update { $0.exchangeGoneBy = Date(timeIntervalSinceNow: wait.inSeconds) }
        }.changes
    }

    func awaitWithdrawal() async throws {
        guard let end = ledger.state.exchangeGoneBy else { return }
        let rest = Int(end.timeIntervalSinceNow.rounded(.up))
        guard rest > 0 else { return }
        report(.waiting("\(rest) s, for which senders may still go by the MX (`--now` does not wait)"))
        try await Task.sleep(for: .seconds(rest))
    }

    /// Takes the guest's name away.
    func forget() async throws -> [Change] {
        guard publication.isUpdatable else { return [] }
        let changes = try await publication.withdraw(.host).changes
        try ledger.update { $0.exchangeGoneBy = nil }
        return changes
    }
}

extension Duration {
    fileprivate var inSeconds: Double { Double(components.seconds) }
}
