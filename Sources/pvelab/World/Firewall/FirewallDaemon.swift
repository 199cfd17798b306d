import Foundation

/// Compiles the API's firewall data into packet filters every 2 s; the real pve-firewall takes 10 s.
struct FirewallDaemon: Sendable {
    let node: Node

    private static let period = Duration.seconds(2)

    /// Works until it is cancelled. What the kernel rejects is logged and retried.
    func run() async throws {
        var loaded: [GuestFilter] = []
        while true {
            try await Task.sleep(for: Self.period)
            let wanted = await node.filters()
            guard wanted != loaded else { continue }
            do {
                try await load(wanted, insteadOf: loaded)
                loaded = wanted
            } catch {
                note("\(error)")
            }
        }
    }

    /// Loads all chains at once, so that no packet meets an incomplete filter.
    private func load(_ filters: [GuestFilter], insteadOf old: [GuestFilter]) async throws {
        // Bridged frames must pass iptables, or no rule of a guest applies.
        try await Tool(
            "sysctl", "-qw", "net.bridge.bridge-nf-call-iptables=1", "net.bridge.bridge-nf-call-ip6tables=1"
        ).inside(.secondary).run()
        for (family, program) in [(GuestFilter.Family.ipv4, "iptables"), (.ipv6, "ip6tables")] {
            let text = Self.table(filters, insteadOf: old, family)
            try await Tool("\(program)-restore", "--noflush", "--wait").inside(.secondary).run(input: text)
            let hook =
                "\(program) -w -C FORWARD -j PVEFW-FORWARD 2>/dev/null || \(program) -w -I FORWARD -j PVEFW-FORWARD"
            try await Tool("sh", "-euc", hook).inside(.secondary).run()
        }
    }

    static func table(
        _ filters: [GuestFilter], insteadOf old: [GuestFilter], _ family: GuestFilter.Family
    ) -> String {
        let chains = filters.flatMap { [$0.inward, $0.outward] }
        let gone = old.flatMap { [$0.inward, $0.outward] }.filter { !chains.contains($0) }
        let lines =
            ["*filter"] + (["PVEFW-FORWARD"] + chains + gone).map { ":\($0) - [0:0]" }
            + filters.flatMap { $0.jumps + $0.lines(family) } + gone.map { "-X \($0)" } + ["COMMIT"]
        return lines.joined(separator: "\n") + "\n"
    }

    private func note(_ text: String) {
        FileHandle.standardError.write(Data("firewall: \(text)\n".utf8))
    }
}
