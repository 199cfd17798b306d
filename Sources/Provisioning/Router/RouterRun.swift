import ProxmoxAPI

/// The router as a part of a site: the port forward, and a look from outside.
struct RouterRun: SitePart {
    let name = "router"

    let forwarding: Forwarding
    /// What the guest's own steps need from outside: an authority that looks at port 80 before it signs.
    var early: [OpenPort] = []
    let check: OutsideCheck
    /// The guest's IPv4 address; nil where it has none yet.
    let address: @Sendable (GuestHost.Found?) async throws -> String?
    let report: Report

    enum Forwarding: Sendable {
        case manual
        case unifi(UniFiForwards)
    }

    private static let ports = [OpenPort.smtp]

    /// A gateway takes up to a minute to do what its console tells it.
    private static let provisioning = Duration.seconds(60)

    func plan(for guest: GuestHost.Found?) async throws -> [Change] {
        guard case .unifi(let forwards) = forwarding else { return [] }
        return try await forwards.plan(early + Self.ports, to: try await address(guest))
    }

    func prepare(for guest: GuestHost.Found) async throws -> [Change] {
        guard !early.isEmpty else { return [] }
        return try await forward(early, to: try await knownAddress(of: guest))
    }

    /// Forwards port 25, and looks from outside whether the guest answers.
    ///
    /// - Throws: ``RouterError``, `UniFiError`; `CancellationError`
    func publish(for guest: GuestHost.Found, after proof: ProofSource) async throws -> [Change]? {
        let start = ContinuousClock.now
        let address = try await knownAddress(of: guest)
        let changes = try await forward(Self.ports, to: address, after: proof)
        do {
            let order = Self.ports.map { $0.order(from: check.addresses, to: address) }.joined(separator: "; ")
            try await look(within: changes.isEmpty ? .zero : Self.provisioning, order: order)
        } catch {
            // It was made all the same.
            if !changes.isEmpty { report(.changed(step: name, changes, took: .now - start)) }
            throw error
        }
        if case .manual = forwarding { return nil }
        return changes
    }

    func withdraw(from guest: GuestHost.Found?, now: Bool) async throws -> [Change] { try await remove(Self.ports) }

    func forget() async throws -> [Change] { try await remove(early) }

    private func knownAddress(of guest: GuestHost.Found) async throws -> String {
        guard let address = try await address(guest) else { throw RouterError.noAddress(guest: guest.id.rawValue) }
        return address
    }

    private func forward(_ ports: [OpenPort], to address: String, after proof: ProofSource? = nil) async throws
        -> [Change]
    {
        switch forwarding {
        case .unifi(let forwards): return try await forwards.make(ports, to: address, after: proof)
        case .manual:
            for port in ports {
                report(.note("the router is set by hand: \(port.order(from: check.addresses, to: address))"))
            }
            return []
        }
    }

    private func remove(_ ports: [OpenPort]) async throws -> [Change] {
        switch forwarding {
        case .unifi(let forwards): return try await forwards.remove(ports)
        case .manual:
            for port in ports {
                report(
                    .note("the router is set by hand; take away: \(port.order(from: check.addresses, to: nil))"))
            }
            return []
        }
    }

    private func look(within limit: Duration, order: String) async throws {
        let start = ContinuousClock.now
        let verdict = try await check.judge(within: limit, order: order) { address in
            report(.waiting("port \(check.port) of \(address) leads to the guest"))
        }
        switch verdict {
        case .seen(let checks): report(.verified(checks, took: .now - start))
        case .unknown(let reason): report(.note("not seen from outside: \(reason)"))
        }
    }
}

extension RouterRun {
    /// Nil where the inventory leaves the router to somebody else.
    init?(
        _ site: Site,
        of inventory: Inventory,
        forwarding: Forwarding?,
        host: GuestHost,
        report: @escaping Report
    ) {
        guard let forwarding else { return nil }
        let network = site.guest.network
        self.init(
            forwarding: forwarding,
            early: site.earlyPorts,
            check: OutsideCheck(
                addresses: site.outsideAddresses,
                hostname: site.guest.hostname.description,
                witnesses: inventory.dns.primaryAddresses.filter { !$0.isIPv6 },
                network: network.fixed
            ),
            address: { guest in
                if let fixed = network.fixed { return fixed.address.description }
                guard let guest else { return nil }
                return try await host.interface(of: guest)?.usableAddresses(isIPv6: false).first
            },
            report: report
        )
    }
}

extension RouterRun.Forwarding {
    /// Reads the secrets; contacts nothing. Nil where the inventory leaves the router to somebody else.
    ///
    /// - Throws: ``SecretError``
    init?(_ site: SiteAddress, _ settings: RouterSettings?, environment: [String: String]) throws(SecretError) {
        switch settings?.way {
        case .manual?: self = .manual
        case .unifi(let access)?: self = .unifi(try UniFiForwards(access, site: site, environment: environment))
        case nil: return nil
        }
    }
}

extension GuestNetwork {
    /// The IPv4 address that the inventory settles.
    fileprivate var fixed: CIDR? {
        guard case .fixed(let address)? = address else { return nil }
        return address
    }
}
