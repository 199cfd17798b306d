package import ConfigurationFiles
package import Engine
package import Guests
import ProxmoxAPI
package import Resources

/// The router as a resource of a site: the port forward, and the check from outside.
package struct RouterRun: ExternalResource {
    package let name = "router"

    package let forwarding: Forwarding
    /// The ports that are forwarded after the proof.
    package let published: [OpenPort]
    /// The ports that the guest's own steps need from outside: a certificate authority may check port 80 before it
    /// signs.
    package var early: [OpenPort] = []
    /// The public IPv4 addresses of the site.
    package let outside: [IPAddress]
    /// The checks from outside, one for each published port of which a connection says whether it is reached.
    package let checks: [OutsideCheck]
    /// Returns the guest's IPv4 address, or nil if it has none yet.
    let address: @Sendable (LocatedGuest?) async throws -> String?
    let report: EventHandler

    package init(
        forwarding: Forwarding,
        published: [OpenPort],
        early: [OpenPort] = [],
        outside: [IPAddress],
        checks: [OutsideCheck],
        address: @escaping @Sendable (LocatedGuest?) async throws -> String?,
        report: @escaping EventHandler
    ) {
        self.forwarding = forwarding
        self.published = published
        self.early = early
        self.outside = outside
        self.checks = checks
        self.address = address
        self.report = report
    }

    package enum Forwarding: Sendable {
        case manual
        case unifi(UniFiForwards)
    }

    /// The time limit for a gateway to apply its console's changes, which takes up to a minute.
    private static let provisioning = Duration.seconds(60)

    package func plan(for guest: LocatedGuest?) async throws -> [Change] {
        guard case .unifi(let forwards) = forwarding else { return [] }
        return try await forwards.plan(early + published, to: try await address(guest))
    }

    package func prepare(for guest: LocatedGuest) async throws -> [Change] {
        guard !early.isEmpty else { return [] }
        return try await forward(early, to: try await knownAddress(of: guest))
    }

    /// Forwards the published ports, and checks from outside whether the guest answers.
    ///
    /// - Throws: ``RouterError``, `UniFiError`; `CancellationError`
    package func publish(for guest: LocatedGuest, after proof: ProofSource) async throws -> [Change]? {
        let start = ContinuousClock.now
        let address = try await knownAddress(of: guest)
        let changes = try await forward(published, beside: early, to: address, after: proof)
        do {
            for check in checks { try await run(check, within: changes.isEmpty ? .zero : Self.provisioning, address) }
        } catch {
            // Report the forward, because it was created before the error.
            if !changes.isEmpty { report(.changed(step: name, changes, took: .now - start)) }
            throw error
        }
        if case .manual = forwarding { return nil }
        return changes
    }

    package func withdraw(from guest: LocatedGuest?, now: Bool) async throws -> [Change] {
        if case .manual = forwarding { return remind(of: published) }
        return try await removeAll(except: early)
    }

    package func forget() async throws -> [Change] {
        if case .manual = forwarding { return remind(of: early) }
        return try await removeAll(except: [])
    }

    private func knownAddress(of guest: LocatedGuest) async throws -> String {
        guard let address = try await address(guest) else { throw RouterError.noAddress(guest: guest.id.rawValue) }
        return address
    }

    /// - Parameter others: the other ports to keep; nil to keep all.
    private func forward(
        _ ports: [OpenPort], beside others: [OpenPort]? = nil, to address: String, after proof: ProofSource? = nil
    ) async throws -> [Change] {
        switch forwarding {
        case .unifi(let forwards): return try await forwards.make(ports, beside: others, to: address, after: proof)
        case .manual:
            for port in ports {
                report(
                    .note(
                        "the router is configured manually; required forward: \(port.order(from: outside, to: address))"
                    ))
            }
            return []
        }
    }

    private func removeAll(except ports: [OpenPort]) async throws -> [Change] {
        guard case .unifi(let forwards) = forwarding else { return [] }
        return try await forwards.removeAll(except: ports)
    }

    /// Reports the forwards that a person has to remove.
    private func remind(of ports: [OpenPort]) -> [Change] {
        for port in ports {
            report(
                .note(
                    "the router is configured manually; remove the forward: \(port.order(from: outside, to: nil))"))
        }
        return []
    }

    private func run(_ check: OutsideCheck, within limit: Duration, _ guest: String) async throws {
        let start = ContinuousClock.now
        let order = published.map { $0.order(from: outside, to: guest) }.joined(separator: "; ")
        let verdict = try await check.evaluate(within: limit, order: order) { address in
            report(.waiting("waiting for the guest to answer at port \(check.port) of \(address)"))
        }
        switch verdict {
        case .seen(let checks): report(.verified(checks, took: .now - start))
        case .unknown(let reason): report(.note("not checked from outside: \(reason)"))
        }
    }
}

extension RouterRun.Forwarding {
    /// Reads the secrets, and connects to nothing. Returns nil if the inventory does not manage the router.
    ///
    /// - Throws: ``SecretError``
    package init?(_ site: SiteAddress, _ settings: RouterSettings?, environment: [String: String]) throws(SecretError) {
        switch settings?.way {
        case .manual?: self = .manual
        case .unifi(let access)?: self = .unifi(try UniFiForwards(access, site: site, environment: environment))
        case nil: return nil
        }
    }
}

extension GuestNetwork {
    /// The IPv4 address that the inventory sets.
    package var fixedAddress: CIDR? {
        guard case .fixed(let address)? = address else { return nil }
        return address
    }
}
