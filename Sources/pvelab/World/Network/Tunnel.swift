import Foundation

/// The WireGuard tunnel between the two sites: the only route between 10.1.0.0/24 and 10.2.0.0/24.
struct Tunnel: Sendable {
    private struct End {
        var namespace: Namespace
        var name: String
        var address: String
        var peerWAN: String
        var peerNetworks: String
        var route: String
    }

    private static let secondary = End(
        namespace: .secondary,
        name: "wg-secondary",
        address: Topology.secondaryTunnel,
        peerWAN: Topology.primaryWAN,
        peerNetworks: "\(Topology.primaryNetwork),\(Topology.primaryTunnel)/32",
        route: Topology.primaryNetwork
    )
    private static let primary = End(
        namespace: .primary,
        name: "wg-primary",
        address: Topology.primaryTunnel,
        peerWAN: Topology.secondaryWAN,
        peerNetworks: "\(Topology.secondaryNetwork),\(Topology.secondaryTunnel)/32",
        route: Topology.secondaryNetwork
    )

    let folder: LabFolder

    func make() async throws {
        let ends = [(Self.secondary, try await newKey()), (Self.primary, try await newKey())]
        for ((end, key), (_, peer)) in zip(ends, ends.reversed()) {
            try await makeDevice(end)
            let keyFile = folder("node/\(end.name).key")
            try LabFolder.write(key.secret, to: keyFile, mode: 0o600)
            let script = """
                wg set \(end.name) listen-port \(Topology.tunnelPort) private-key '\(keyFile)' peer '\(peer.open)' \
                    endpoint \(end.peerWAN):\(Topology.tunnelPort) allowed-ips \(end.peerNetworks) persistent-keepalive 5
                ip addr add \(end.address)/30 dev \(end.name)
                """
            try await Tool("sh", "-euc", script).inside(end.namespace).run()
        }
        try await raise()
    }

    /// Takes the tunnel down at the secondary site, as if its provider failed. The internet stays reachable.
    func lower() async throws {
        try await Tool("ip", "link", "set", Self.secondary.name, "down").inside(.secondary).run()
        try await Tool("ip", "route", "replace", "unreachable", Self.secondary.route).inside(.secondary).run()
    }

    /// Drops packets from the primary site after they leave the tunnel: handshakes still succeed, but replies never
    /// arrive.
    func lame() async throws {
        let rules = """
            table inet pvelab-vpn {
                chain arriving {
                    type filter hook prerouting priority raw
                    iifname "\(Self.secondary.name)" drop
                }
            }
            """
        try await Tool("nft", "-f", "-").inside(.secondary).run(input: rules)
    }

    /// Routes the tunnel's packets through a local port of the secondary site that forwards them.
    func detour(byPort port: UInt16) async throws {
        try await lead(Self.secondary, to: "127.0.0.1:\(port)")
    }

    /// Removes every fault.
    func mend() async throws {
        _ = try await Tool("nft", "delete", "table", "inet", "pvelab-vpn").inside(.secondary).outcome()
        for end in [Self.secondary, Self.primary] {
            try await lead(end, to: "\(end.peerWAN):\(Topology.tunnelPort)")
        }
        try await raise()
    }

    private func lead(_ end: End, to endpoint: String) async throws {
        let peer = try await Tool("wg", "show", end.name, "peers").inside(end.namespace).run()
        try await Tool(
            "wg", "set", end.name, "peer", peer.trimmingCharacters(in: .whitespacesAndNewlines), "endpoint", endpoint
        ).inside(end.namespace).run()
    }

    private func raise() async throws {
        for end in [Self.secondary, Self.primary] {
            try await Tool("ip", "link", "set", end.name, "up").inside(end.namespace).run()
            // Replies must also use the tunnel: traffic to the other site never goes through the WAN.
            try await Tool("ip", "route", "replace", end.route, "dev", end.name).inside(end.namespace).run()
        }
    }

    /// Removes the sockets that killed userspace programs leave. An old socket would block a new one.
    func removeSockets() {
        for end in [Self.secondary, Self.primary] { unlink("/var/run/wireguard/\(end.name).sock") }
    }

    /// Creates the WireGuard device: the kernel's if it supports it, else one of the userspace program, which cannot
    /// share a name.
    private func makeDevice(_ end: End) async throws {
        if await Tool("ip", "link", "add", end.name, "type", "wireguard").inside(end.namespace).succeeds() { return }
        try await Tool("wireguard-go", "-f", end.name).inside(end.namespace).detach(log: folder.log(end.name))
        try await Deadline(seconds: 5).wait(for: end.name, log: folder.log(end.name)) {
            await Tool("wg", "show", end.name).inside(end.namespace).succeeds()
        }
    }

    private func newKey() async throws -> (secret: String, open: String) {
        let secret = try await Tool("wg", "genkey").run()
        let open = try await Tool("wg", "pubkey").run(input: secret)
        return (secret, open.trimmingCharacters(in: .whitespacesAndNewlines))
    }
}
