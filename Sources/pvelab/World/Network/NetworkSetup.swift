/// Sets up the three namespaces, the links between them, and the routers of both sites.
struct NetworkSetup: Sendable {
    func make() async throws {
        for namespace in Namespace.allCases {
            try await Tool("ip", "netns", "add", namespace.rawValue).run()
            try await configure(
                namespace,
                """
                ip link set lo up
                sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1 net.ipv6.conf.default.accept_dad=0
                """
            )
        }
        try await makeInternet()
        try await makeSite(
            .secondary,
            wan: [Topology.secondaryWAN + "/24", Topology.secondaryWAN6 + "/64"],
            lan: [Topology.nodeAddress + "/24", "2001:db8:2::1/64"]
        )
        try await separateFirewallBridges()
        try await makeSite(
            .primary,
            wan: [Topology.primaryWAN + "/24", Topology.primaryWAN6 + "/64"],
            lan: [Topology.primaryGateway + "/24", "2001:db8:1::1/64"]
        )
        try await configure(.secondary, "ip addr add \(Topology.routerAddress)/24 dev vmbr0")
        try await configure(.primary, "ip addr add \(Topology.hiddenPrimary)/24 dev vmbr0")
        try await translate(.secondary, forwards: [], network: Topology.secondaryNetwork)
        let toMail =
            "iifname \"wan\" ip daddr != \(Topology.primaryNetwork) tcp dport 25 dnat to \(Topology.primaryMail)"
        try await translate(.primary, forwards: [toMail], network: Topology.primaryNetwork)
    }

    /// Sets up the internet. The operator is connected to its hub and reaches both sites directly, as over a VPN.
    private func makeInternet() async throws {
        try await configure(
            .internet,
            """
            ip link add inet type bridge
            ip addr add \(Topology.internetAddress)/24 dev inet
            ip -6 addr add \(Topology.internetAddress6)/64 dev inet nodad
            ip link set inet up
            ip route add \(Topology.secondaryNetwork) via \(Topology.secondaryWAN)
            ip route add \(Topology.primaryNetwork) via \(Topology.primaryWAN)
            ip -6 route add 2001:db8:2::/64 via \(Topology.secondaryWAN6)
            ip -6 route add 2001:db8:1::/64 via \(Topology.primaryWAN6)
            """
        )
    }

    private func makeSite(_ site: Namespace, wan: [String], lan: [String]) async throws {
        let end = site == .primary ? "to-primary" : "to-secondary"
        try await Tool(
            "ip", "link", "add", end, "netns", Namespace.internet.path, "type", "veth",
            "peer", "name", "wan", "netns", site.path
        ).run()
        try await configure(.internet, "ip link set \(end) master inet up")
        try await configure(
            site,
            """
            ip addr add \(wan[0]) dev wan
            ip -6 addr add \(wan[1]) dev wan nodad
            ip link set wan up
            ip link add vmbr0 type bridge
            ip addr add \(lan[0]) dev vmbr0
            ip -6 addr add \(lan[1]) dev vmbr0 nodad
            ip link set vmbr0 up
            ip route add default via \(Topology.internetAddress)
            ip -6 route add default via \(Topology.internetAddress6)
            """
        )
    }

    /// Puts connections on a guest's firewall bridge into a connection tracking zone of their own. Otherwise a node
    /// that translates addresses would find them in its table before it could translate them (Proxmox wiki, Network
    /// Configuration, on masquerading).
    private func separateFirewallBridges() async throws {
        let rules = """
            table inet pvelab-zones {
                chain arriving {
                    type filter hook prerouting priority raw
                    iifname "fwbr*" ct zone set 1
                }
            }
            """
        try await Tool("nft", "-f", "-").inside(.secondary).run(input: rules)
    }

    /// Sets up address translation. The site's own connections leave from its public address, its gateway forwards DNS
    /// queries, and private addresses never reach the internet. Port forwards go into their own chain:
    /// ``PortForwardTable``.
    private func translate(_ site: Namespace, forwards: [String], network: String) async throws {
        let gateway = site == .primary ? Topology.primaryGateway : Topology.nodeAddress
        let rules = """
            table ip pvelab {
                chain forwards {
                    \(forwards.joined(separator: "\n"))
                }
                chain answering {
                    type filter hook input priority filter
                }
                chain arriving {
                    type nat hook prerouting priority dstnat
                    iifname "fwbr*" return
                    jump forwards
                    ip daddr \(gateway) udp dport 53 dnat to \(Topology.internetAddress)
                    ip daddr \(gateway) tcp dport 53 dnat to \(Topology.internetAddress)
                }
                chain leaving {
                    type nat hook postrouting priority srcnat
                    oifname "wan" ip saddr \(network) masquerade
                }
            }
            """
        try await Tool("nft", "-f", "-").inside(site).run(input: rules)
    }

    private func configure(_ namespace: Namespace, _ script: String) async throws {
        try await Tool("sh", "-euc", script).inside(namespace).run()
    }
}
