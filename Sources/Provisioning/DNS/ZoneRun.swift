import Foundation

/// The public DNS as a part of a run: published last, withdrawn first.
struct ZoneRun: Sendable {
    /// As events name it.
    static let step = "dns"

    let publication: ZonePublication
    let ledger: Ledger
    let report: Report

    /// Publishes the guest's name, and then its MX. To be called when the guest was proved to answer as it must.
    func publish() async throws {
        guard publication.isUpdatable else {
            report(
                .note("the zone is edited by hand: `mxprovision dns \(publication.desired.site) --check` compares it"))
            return
        }
        let start = ContinuousClock.now
        let host = try await publication.publish(.host)
        let changes = try await host + publication.publish(.exchange)
        if ledger.state.exchangeGoneBy != nil { try ledger.update { $0.exchangeGoneBy = nil } }
        guard !changes.isEmpty else { return report(.unchanged(step: Self.step)) }
        report(.changed(step: Self.step, changes, took: ContinuousClock.now - start))
    }

    /// Takes the MX away, and waits until no sender goes by it any more. To be called before the guest stops to answer.
    ///
    /// The end of the wait is recorded, so that a run that comes after an interrupted one waits for the rest alone.
    ///
    /// - Parameter now: Whether to go on without the wait, and where the MX is still published by hand.
    /// - Throws: ``DNSError``, ``SecretError``, ``StateError``; the MX is then as it was.
    func withdraw(now: Bool) async throws {
        guard publication.isUpdatable else {
            guard !now, let server = try await publication.exchangeServers().first else { return }
            throw DNSError.stillPublished(site: publication.desired.site, server: server)
        }
        let start = ContinuousClock.now
        let changes = try await publication.withdraw(.exchange) { wait in
            try ledger.update { $0.exchangeGoneBy = Date(timeIntervalSinceNow: wait.inSeconds) }
        }.changes
        if !changes.isEmpty {
            report(.changed(step: Self.step, changes, took: ContinuousClock.now - start))
        }
        guard let end = ledger.state.exchangeGoneBy, !now else { return }
        let rest = Int(end.timeIntervalSinceNow.rounded(.up))
        guard rest > 0 else { return }
        report(.waiting("\(rest) s, for which senders may still go by the MX (`--now` does not wait)"))
        try await Task.sleep(for: .seconds(rest))
    }

    /// Takes the guest's name away. To be called when the guest is gone.
    func forget() async throws {
        guard publication.isUpdatable else { return }
        let start = ContinuousClock.now
        let changes = try await publication.withdraw(.host).changes
        try ledger.update { $0.exchangeGoneBy = nil }
        if !changes.isEmpty { report(.changed(step: Self.step, changes, took: ContinuousClock.now - start)) }
    }
}

extension Duration {
    fileprivate var inSeconds: Double { Double(components.seconds) }
}
