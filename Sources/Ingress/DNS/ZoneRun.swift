package import Engine
import Foundation
package import Guests
package import Resources

/// The public DNS as a resource of a site: published last, withdrawn first.
package struct ZoneRun: ExternalResource {
    package let name = "dns"

    package let publication: ZonePublication
    let stateStore: StateStore
    let report: EventHandler

    package init(
        publication: ZonePublication,
        stateStore: StateStore,
        report: @escaping EventHandler
    ) {
        self.publication = publication
        self.stateStore = stateStore
        self.report = report
    }

    package func plan(for guest: LocatedGuest?) async throws -> [Change] {
        publication.isUpdatable ? try await publication.plan() : []
    }

    /// Publishes the guest's name, which a certificate requires.
    package func prepare(for guest: LocatedGuest) async throws -> [Change] {
        publication.isUpdatable ? try await publication.publishHost() : []
    }

    /// Publishes the MX.
    package func publish(for guest: LocatedGuest, after proof: ProofSource) async throws -> [Change]? {
        guard publication.isUpdatable else {
            report(
                .note("the zone is edited manually; to check it: `mxprovision dns \(publication.desired.site) --check`")
            )
            return nil
        }
        let changes = try await publication.publishExchange(after: proof)
        if stateStore.state.exchangeGoneBy != nil { try stateStore.update { $0.exchangeGoneBy = nil } }
        return changes
    }

    /// Removes the MX.
    ///
    /// Records when senders will have forgotten the MX, so that a run after an interrupted one waits only for the rest.
    ///
    /// - Throws: ``DNSError``, ``SecretError``, ``StateError``; the MX is then unchanged.
    package func withdraw(from guest: LocatedGuest?, now: Bool) async throws -> [Change] {
        guard publication.isUpdatable else {
            guard !now, let server = try await publication.exchangeServers().first else { return [] }
            throw DNSError.stillPublished(site: publication.desired.site, server: server)
        }
        return try await publication.withdraw(.exchange) { wait in
            try stateStore.update { $0.exchangeGoneBy = Date(timeIntervalSinceNow: wait.inSeconds) }
        }.changes
    }

    package func awaitWithdrawal() async throws {
        guard let end = stateStore.state.exchangeGoneBy else { return }
        let rest = Int(end.timeIntervalSinceNow.rounded(.up))
        guard rest > 0 else { return }
        report(.waiting("waiting \(rest) s, because senders may still use the cached MX (`--now` does not wait)"))
        try await Task.sleep(for: .seconds(rest))
    }

    /// Removes the guest's name.
    package func forget() async throws -> [Change] {
        guard publication.isUpdatable else { return [] }
        let changes = try await publication.withdraw(.host).changes
        try stateStore.update { $0.exchangeGoneBy = nil }
        return changes
    }
}

extension Duration {
    fileprivate var inSeconds: Double { Double(components.seconds) }
}
