/// The packet filter of one guest's network device, as pve-firewall compiles it (PVE::Firewall, `generate_tap_rules`).
struct GuestFilter: Sendable, Hashable {
    enum Family: Sendable, CaseIterable {
        case ipv4, ipv6
    }

    /// The node's end of the guest's veth pair.
    var wire: String
    /// The network device, such as `net0`.
    var device: String
    var options: [String: String]
    var rules: [FirewallRule]

    var inward: String { "\(wire)-IN" }
    var outward: String { "\(wire)-OUT" }

    /// The rules that send the guest's frames to its chains: lines of iptables-restore(8) for the chain PVEFW-FORWARD.
    var jumps: [String] {
        [
            "-A PVEFW-FORWARD -m physdev --physdev-is-bridged --physdev-out \(wire) -j \(inward)",
            "-A PVEFW-FORWARD -m physdev --physdev-is-bridged --physdev-in \(wire) -j \(outward)",
        ]
    }

    /// Returns the rules of both chains. The policy applies to all other packets: DROP to the guest, ACCEPT from it.
    func lines(_ family: Family) -> [String] {
        let basis =
            switch family {
            case .ipv4: ["-p udp --sport 67 --dport 68 -j ACCEPT"]
            case .ipv6: (133...137).map { "-p icmpv6 --icmpv6-type \($0) -j ACCEPT" }
            }
        let inRules = ["-m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT"] + basis + matches("in", family)
        // An outgoing packet may be addressed to another guest, whose filter must also accept it.
        let outRules = (["-m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT"] + matches("out", family))
            .map { $0.replacing("-j ACCEPT", with: "-j RETURN") }
        let leave = options["policy_out"] ?? "ACCEPT"
        return (inRules + ["-j \(options["policy_in"] ?? "DROP")"]).map { "-A \(inward) \($0)" }
            + (outRules + ["-j \(leave == "ACCEPT" ? "RETURN" : leave)"]).map { "-A \(outward) \($0)" }
    }

    private func matches(_ direction: String, _ family: Family) -> [String] {
        rules.filter { $0.values["type"] == direction && $0.values["enable"] != "0" }
            .filter { [device, nil].contains($0.values["iface"]) && $0.isOf(family) }
            .flatMap { rule in rule.conditions(family).map { "\($0)-j \(rule.values["action"] ?? "DROP")" } }
    }
}

extension FirewallRule {
    fileprivate func isOf(_ family: GuestFilter.Family) -> Bool {
        ["source", "dest"].compactMap { values[$0].flatMap(Address.family(ofFirewall:)) }
            .allSatisfy { $0 == (family == .ipv4 ? 4 : 6) }
    }

    /// Returns the match conditions, one for each line that the rule is compiled to.
    fileprivate func conditions(_ family: GuestFilter.Family) -> [String] {
        let places = [("source", "-s", "src"), ("dest", "-d", "dst")].compactMap { key, option, range in
            values[key].map { $0.contains("-") ? "-m iprange --\(range)-range \($0) " : "\(option) \($0) " }
        }.joined()
        guard let macro = values["macro"].flatMap({ FirewallMacro.all[$0] }) else {
            return [places + ports(family)]
        }
        return macro.map { match in
            switch (match.protocol, family) {
            case ("icmp", .ipv4): "\(places)-p icmp --icmp-type \(match.number) "
            case ("icmp", .ipv6): "\(places)-p icmpv6 --icmpv6-type 128 "
            default: "\(places)-p \(match.protocol) --dport \(match.number) "
            }
        }
    }

    private func ports(_ family: GuestFilter.Family) -> String {
        guard let name = values["proto"] else { return "" }
        var text = "-p \(name) "
        for (key, option) in [("dport", "dport"), ("sport", "sport")] {
            guard let ports = values[key] else { continue }
            text += ports.contains(",") ? "-m multiport --\(option)s \(ports) " : "--\(option) \(ports) "
        }
        if let type = values["icmp-type"] { text += "--\(family == .ipv4 ? "icmp" : "icmpv6")-type \(type) " }
        return text
    }
}

extension Node {
    /// Returns the filters of all running guests for which the firewall is enabled at the datacenter, the guest and the
    /// device.
    func filters() async -> [GuestFilter] {
        guard datacenterFirewall.options["enable"] == "1" else { return [] }
        var filters: [GuestFilter] = []
        for (id, file) in firewalls.sorted(by: { $0.key < $1.key }) where file.options["enable"] == "1" {
            guard let guest = guests[id], await runtime.isRunning(id) else { continue }
            for (index, network) in configuration(of: guest, id).networks.enumerated() where network["firewall"] == "1"
            {
                filters.append(
                    GuestFilter(
                        wire: FirewallBridge(guest: String(id), index: index).wire,
                        device: "net\(index)",
                        options: file.options,
                        rules: file.rules
                    )
                )
            }
        }
        return filters
    }
}
