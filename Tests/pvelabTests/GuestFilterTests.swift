import Testing

@testable import pvelab

@Suite struct `The packet filter of a guest` {
    private func filter(_ rules: [[String: String]], _ options: [String: String] = [:]) throws -> GuestFilter {
        GuestFilter(wire: "veth110i0", device: "net0", options: options, rules: try rules.map(FirewallRule.init))
    }

    private func inward(_ filter: GuestFilter, _ family: GuestFilter.Family = .ipv4) -> [String] {
        filter.lines(family).filter { $0.hasPrefix("-A veth110i0-IN ") && !$0.contains("ESTABLISHED") }
            .map { String($0.dropFirst(16)) }
    }

    @Test func `accepts by rules in their order, and drops the rest`() throws {
        let rules = [
            ["type": "in", "action": "DROP", "enable": "1", "source": "203.0.113.0/24"],
            ["type": "in", "action": "ACCEPT", "enable": "1", "macro": "smtp"],
            ["type": "in", "action": "REJECT", "enable": "1", "proto": "tcp", "dport": "80,443"],
        ]
        #expect(
            inward(try filter(rules)) == [
                "-p udp --sport 67 --dport 68 -j ACCEPT", "-s 203.0.113.0/24 -j DROP", "-p tcp --dport 25 -j ACCEPT",
                "-p tcp -m multiport --dports 80,443 -j REJECT", "-j DROP",
            ])
        #expect(!inward(try filter(rules), .ipv6).contains { $0.contains("203.0.113") })
    }

    @Test(arguments: [
        ["type": "in", "action": "ACCEPT"], ["type": "out", "action": "ACCEPT", "enable": "1"],
        ["type": "in", "action": "ACCEPT", "enable": "1", "iface": "net1"],
        ["type": "group", "action": "web", "enable": "1"],
    ])
    func `ignores disabled and other rules`(rule: [String: String]) throws {
        #expect(inward(try filter([rule])).count == 2)
    }

    @Test func `applies the policy if no rule matches`() throws {
        #expect(inward(try filter([], ["policy_in": "REJECT"])).last == "-j REJECT")
        #expect(try filter([], ["policy_out": "DROP"]).lines(.ipv4).last == "-A veth110i0-OUT -j DROP")
        #expect(try filter([]).lines(.ipv4).last == "-A veth110i0-OUT -j RETURN")
    }

    @Test func `expands a macro of several ports to several rules`() throws {
        let rule = ["type": "in", "action": "ACCEPT", "enable": "1", "macro": "Mail"]
        #expect(inward(try filter([rule])).filter { $0.contains("-p tcp") }.count == 3)
    }

    @Test func `is removed with its guest, together with the others`() throws {
        let table = FirewallDaemon.table([], insteadOf: [try filter([])], .ipv4)
        #expect(table.contains(":veth110i0-IN - [0:0]\n") && table.contains("-X veth110i0-IN\n"))
        #expect(!table.contains("-j veth110i0-IN") && table.hasSuffix("COMMIT\n"))
    }
}
