import ConfigurationFiles
package import Engine
package import Guests
package import ProxmoxAPI
import RemoteShell
package import Resources

/// ufw on the Proxmox node as a resource of the site. It allows ssh to the guest, and the published ports after the proof.
///
/// It is never enabled by us, because the node's other services are unknown.
package struct NodeFirewall: ExternalResource {
    package let name = "node-firewall"

    /// The node's name in messages.
    package let node: String
    let network: GuestNetwork
    /// The ports that are open from the beginning.
    package let standing: [OpenPort]
    /// The ports that are open after the proof.
    package let published: [OpenPort]
    /// Whether no other firewall protects the guest.
    package let isAlone: Bool
    /// The comment that identifies our rules. It is unique to the inventory and the site.
    package let comment: String
    /// Opens a root shell on the node.
    let connect: @Sendable () throws -> any GuestConnection
    let client: Client
    let report: EventHandler

    package init(
        node: String,
        network: GuestNetwork,
        standing: [OpenPort],
        published: [OpenPort],
        isAlone: Bool,
        comment: String,
        connect: @escaping @Sendable () throws -> any GuestConnection,
        client: Client,
        report: @escaping EventHandler
    ) {
        self.node = node
        self.network = network
        self.standing = standing
        self.published = published
        self.isAlone = isAlone
        self.comment = comment
        self.connect = connect
        self.client = client
        self.report = report
    }

    package func plan(for guest: LocatedGuest?) async throws -> [Change] {
        let wanted = rules(for: standing + published, at: try await addresses(of: guest))
        let found = try await look()
        try evaluate(found, wanted)
        return difference(of: found, wanted: wanted, tolerated: []).changes
    }

    package func prepare(for guest: LocatedGuest) async throws -> [Change] {
        let addresses = try await addresses(of: guest)
        return try await converge(
            wanted: rules(for: standing, at: addresses),
            tolerated: rules(for: published, at: addresses)
        )
    }

    package func publish(for guest: LocatedGuest, after proof: ProofSource) async throws -> [Change]? {
        let addresses = try await addresses(of: guest)
        guard !addresses.isEmpty else { throw GuestError.noAddress(id: guest.id, interface: Self.interface) }
        return try await converge(
            wanted: rules(for: standing + published, at: addresses), tolerated: [], after: proof)
    }

    package func withdraw(from guest: LocatedGuest?, now: Bool) async throws -> [Change] {
        let ports = Set(published.map(\.description)).subtracting(standing.map(\.description))
        return try await remove { ports.contains("\($0.port)/\($0.protocol)") }
    }

    package func forget() async throws -> [Change] { try await remove { _ in true } }

    private static let interface = "eth0"

    /// Returns the fixed addresses, or if there are none, those of the running guest.
    private func addresses(of guest: LocatedGuest?) async throws -> [IPAddress] {
        let fixed = [network.address, network.address6].compactMap { source -> IPAddress? in
            if case .fixed(let address)? = source { address.address } else { nil }
        }
        guard fixed.isEmpty, let guest, guest.view.isRunning else { return fixed }
        let seen = try await client(.interfaces(of: guest.id, on: guest.node)).all
        guard let interface = seen.first(where: { $0.name == Self.interface }) else { return [] }
        return [false, true].flatMap(interface.usableAddresses).compactMap { IPAddress($0) }
    }

    private func rules(for ports: [OpenPort], at addresses: [IPAddress]) -> [NodeRules.Rule] {
        addresses.flatMap { address in
            ports.map { NodeRules.Rule(allowing: $0, of: address, comment: comment) }
        }
    }

    /// - Throws: ``FirewallError/powerless(node:_:)``, ``FirewallError/refusedBefore(node:port:rule:)``
    private func evaluate(_ found: NodeRules, _ wanted: [NodeRules.Rule]) throws {
        switch found.weakness {
        case .absent?, .off?: throw FirewallError.powerless(node: node, found.weakness ?? .off)
        case let weakness? where isAlone: throw FirewallError.powerless(node: node, weakness)
        case let weakness?: report(.note("\(weakness.phrase) on \(node); a rule there has no effect"))
        case nil: break
        }
        for rule in wanted {
            guard let refusal = found.refusal(of: rule) else { continue }
            throw FirewallError.refusedBefore(node: node, port: "\(rule.port)/\(rule.protocol)", rule: refusal.phrase)
        }
    }

    private func difference(
        of found: NodeRules,
        wanted: [NodeRules.Rule],
        tolerated: [NodeRules.Rule]
    ) -> (changes: [Change], repair: Script) {
        let missing = wanted.filter { rule in !found.rules.contains { $0.allowsSame(as: rule) } }
        let surplus = found.rules.filter { $0.comment == comment && !(wanted + tolerated).contains($0) }
        return (
            surplus.map { Change($0.subject, from: "allowed", to: nil) }
                + missing.map { Change($0.subject, from: nil, to: "allowed") },
            .lines(surplus.map(\.removal) + missing.map(\.addition))
        )
    }

    private func converge(
        wanted: [NodeRules.Rule], tolerated: [NodeRules.Rule], after proof: ProofSource? = nil
    ) async throws -> [Change] {
        try await connected { node in
            let found = try await look(through: node)
            try evaluate(found, wanted)
            let (changes, repair) = difference(of: found, wanted: wanted, tolerated: tolerated)
            if let proof, !changes.isEmpty { _ = try await proof.get() }
            return try await mend(changes, by: repair, through: node) {
                difference(of: $0, wanted: wanted, tolerated: tolerated).changes
            }
        }
    }

    private func remove(where isMeant: (NodeRules.Rule) -> Bool) async throws -> [Change] {
        try await connected { node in
            func ours(in found: NodeRules) -> [NodeRules.Rule] {
                found.rules.filter { $0.comment == comment && isMeant($0) }
            }
            func changes(in found: NodeRules) -> [Change] {
                ours(in: found).map { Change($0.subject, from: "allowed", to: nil) }
            }
            let found = try await look(through: node)
            let repair = Script.lines(ours(in: found).map(\.removal))
            return try await mend(changes(in: found), by: repair, through: node, left: changes)
        }
    }

    /// Runs a repair script, followed by the probe, in one round trip.
    private func mend(
        _ changes: [Change],
        by repair: Script,
        through connection: any GuestConnection,
        left: (NodeRules) -> [Change]
    ) async throws -> [Change] {
        guard !changes.isEmpty else { return [] }
        let answers = try await connection.run([
            .change("set -eu\nPATH=$PATH:/usr/sbin:/sbin\n\(repair)"), .query(probe),
        ])
        guard answers[0].exit == 0 else {
            throw FirewallError.nodeRefused(node: node, exit: answers[0].exit, errors: answers[0].tail)
        }
        let left = left(try NodeRules(answers[1]))
        guard left.isEmpty else { throw FirewallError.nodeNotTaken(node: node, left) }
        return changes
    }

    private var probe: Script { NodeRules.probe(gateway: (network.gateway ?? network.gateway6)?.description) }

    private func look() async throws -> NodeRules { try await connected { try await look(through: $0) } }

    private func look(through connection: any GuestConnection) async throws -> NodeRules {
        let answers = try await connection.query([probe])
        return try NodeRules(answers[0])
    }

    private func connected<Result>(_ body: (any GuestConnection) async throws -> Result) async throws -> Result {
        let connection = try connect()
        do {
            let result = try await body(connection)
            await connection.close()
            return result
        } catch {
            await connection.close()
            throw error
        }
    }
}

extension NodeRules.Rule {
    /// `25/tcp to 10.2.0.25`
    fileprivate var subject: String { "\(port)/\(`protocol`) to \(destination)" }
}
