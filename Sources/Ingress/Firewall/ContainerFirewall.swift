package import Engine
package import Guests
package import ProxmoxAPI
package import Resources

/// Proxmox's firewall of the guest as a resource of the site. It allows only ssh before the guest's steps, and the
/// published ports after the proof.
package struct ContainerFirewall: ExternalResource {
    package static let id = "proxmox-firewall"
    package let name = Self.id

    let client: Client
    /// The ports that are open from the beginning.
    package let standing: [OpenPort]
    /// The ports that are open after the proof.
    package let published: [OpenPort]
    let report: EventHandler
    /// The time to wait for changes. pve-firewall applies them every ten seconds, and cannot report whether it has.
    package var period = Duration.seconds(11)

    package init(
        client: Client,
        standing: [OpenPort],
        published: [OpenPort],
        report: @escaping EventHandler,
        period: Duration = Duration.seconds(11)
    ) {
        self.client = client
        self.standing = standing
        self.published = published
        self.report = report
        self.period = period
    }

    package func plan(for guest: LocatedGuest?) async throws -> [Change] {
        try await checkDatacenter()
        let rules = ContainerRules(wanted: standing + published)
        guard let guest else { return rules.differences(in: []).map(\.change) + options(from: [:]).changes }
        let seen = try await client(.firewallRules(of: guest.id, on: guest.node))
        let options = try await client(.firewallOptions(of: guest.id, on: guest.node)).options
        return rules.differences(in: seen).map(\.change) + self.options(from: options).changes
    }

    /// Adds the rules for ssh first, because a firewall that is enabled without them would lock us out. Removes a rule
    /// for a published port that a new clone has from its template.
    package func prepare(for guest: LocatedGuest) async throws -> [Change] {
        try await checkDatacenter()
        let tolerated = guest.mayHoldMail ? Set(published.map(\.name)) : []
        let rules = try await converge(ContainerRules(wanted: standing, tolerated: tolerated), of: guest)
        let closed = try await close(guest)
        if !closed.isEmpty || rules.contains(where: { $0.after == nil }) {
            report(.waiting("waiting for Proxmox's firewall to apply the changes"))
            try await ContinuousClock().sleep(for: period)
        }
        return rules + closed
    }

    package func publish(for guest: LocatedGuest, after proof: ProofSource) async throws -> [Change]? {
        let changes = try await converge(ContainerRules(wanted: standing + published), of: guest, after: proof)
        if !changes.isEmpty { report(.note("Proxmox's firewall applies the rules within ten seconds")) }
        return changes
    }

    package func withdraw(from guest: LocatedGuest?, now: Bool) async throws -> [Change] {
        guard let guest else { return [] }
        return try await converge(ContainerRules(wanted: [], tolerated: Set(standing.map(\.name))), of: guest)
    }

    /// Does nothing: Proxmox deletes a guest's firewall with the guest.
    package func forget() -> [Change] { [] }

    /// - Throws: ``FirewallError/datacenterOff``
    private func checkDatacenter() async throws {
        do {
            guard try await client(.datacenterFirewallOptions()).isEnabled else { throw FirewallError.datacenterOff }
        } catch APIError.forbidden(let who, _, _, _) {
            report(
                .note(
                    "cannot check whether the datacenter's firewall is enabled, which all rules need: \(who) lacks "
                        + "Sys.Audit on /. On a node: `pvesh get /cluster/firewall/options`"))
        }
    }

    /// Makes one call at a time, because each call changes the positions of the other rules. If another client changes
    /// the rules, they are read again.
    private func converge(
        _ rules: ContainerRules, of guest: LocatedGuest, after proof: ProofSource? = nil
    ) async throws -> [Change] {
        var made: [Change] = []
        var left: [ContainerRules.Difference] = []
        for _ in 0..<Self.attempts {
            let seen = try await client(.firewallRules(of: guest.id, on: guest.node))
            left = rules.differences(in: seen)
            guard let next = left.first else { return made }
            if let proof { _ = try await proof.get() }
            do {
                _ = try await client(request(for: next.step, of: guest, digest: seen.first?.digest ?? ""))
                made.append(next.change)
            } catch APIError.modified {}
        }
        throw FirewallError.notTaken(id: guest.id, left.map(\.change))
    }

    private static let attempts = 32

    private func request(
        for step: ContainerRules.Step,
        of guest: LocatedGuest,
        digest: String
    ) -> Request<Nothing> {
        switch step {
        case .add(let options): .addFirewallRule(to: guest.id, on: guest.node, options: options)
        case .update(let position, let set, let delete):
            .updateFirewallRule(position, of: guest.id, on: guest.node, set: set, delete: delete, digest: digest)
        case .move(let position, let other):
            .moveFirewallRule(position, before: other, of: guest.id, on: guest.node, digest: digest)
        case .delete(let position): .deleteFirewallRule(position, of: guest.id, on: guest.node, digest: digest)
        }
    }

    /// Enables the guest's firewall, and makes it refuse what no rule allows.
    private func close(_ guest: LocatedGuest) async throws -> [Change] {
        let seen = try await client(.firewallOptions(of: guest.id, on: guest.node))
        let (changes, set) = options(from: seen.options)
        guard !changes.isEmpty else { return [] }
        _ = try await client(.setFirewallOptions(of: guest.id, on: guest.node, set: set, digest: seen.digest))
        let left = options(from: try await client(.firewallOptions(of: guest.id, on: guest.node)).options).changes
        guard left.isEmpty else { throw FirewallError.notTaken(id: guest.id, left) }
        return changes
    }

    /// Returns what differs in the options. An unset `policy_in` means DROP; REJECT is also accepted.
    private func options(from seen: [String: String]) -> (changes: [Change], set: [String: String]) {
        var (changes, set): ([Change], [String: String]) = ([], [:])
        if seen["enable"] != "1" {
            changes.append(Change("firewall", from: "off", to: "on"))
            set["enable"] = "1"
        }
        if seen["policy_in"] == "ACCEPT" {
            changes.append(Change("default input policy", from: "ACCEPT", to: "DROP"))
            set["policy_in"] = "DROP"
        }
        return (changes, set)
    }
}
