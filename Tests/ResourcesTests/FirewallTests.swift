import RemoteShell
import TestSupport
import Testing

@testable import Resources

@Suite struct `A firewall` {
    private let firewall: Firewall

    init() throws { firewall = try .read("allow: [22/tcp, 443/udp]") }

    private static func tuple(_ protocol: String, _ port: String, _ everywhere: String, _ end: String = "in") -> String
    {
        "### tuple ### allow \(`protocol`) \(port) \(everywhere) any \(everywhere) \(end)\n"
    }

    private static let rules = ["0.0.0.0/0", "::/0"].map { tuple("tcp", "22", $0) + tuple("udp", "443", $0) }.joined()

    private static func answer(
        enabled: String = "yes",
        policy: String = "\"DROP\"",
        live: String = "live",
        ipv6: String = "yes",
        rules: String = rules
    ) -> CommandResult {
        .said("ENABLED=\(enabled)\nDEFAULT_INPUT_POLICY=\(policy)\nIPV6=\(ipv6)\n\(live)\n\(rules)==\n")
    }

    @Test(arguments: [answer(), answer(policy: "REJECT"), answer(rules: rules + tuple("tcp", "25", "::/0"))])
    func `is unchanged if it is on and allows the configured ports`(_ answer: CommandResult) throws {
        #expect(try firewall.changes(after: answer) == [])
    }

    @Test func `reports all changes if ufw is missing`() throws {
        #expect(
            try firewall.changes(after: .said("", exit: 3)) == [
                Change("22/tcp", from: nil, to: "allowed"), Change("443/udp", from: nil, to: "allowed"),
                Change("firewall", from: nil, to: "on"),
            ])
    }

    @Test(
        arguments: [
            (answer(enabled: "no"), [("firewall", "off", "on")]),
            (answer(live: "absent"), [("firewall", "on, but not loaded", "on")]),
            (answer(ipv6: "no"), [("firewall", "on, but not for IPv6", "on")]),
            (answer(policy: "\"ACCEPT\""), [("default incoming policy", "ACCEPT", "DROP")]),
            // Not sufficient: one address family only, one source only, outgoing only, one application only.
            (answer(rules: rules.replacing(tuple("tcp", "22", "::/0"), with: "")), [("22/tcp", nil, "allowed")]),
            (answer(rules: rules.replacing("udp 443 ::/0", with: "udp 443 fd00::/8")), [("443/udp", nil, "allowed")]),
            (
                answer(rules: rules.replacing("::/0 in", with: "::/0 out")),
                [("22/tcp", nil, "allowed"), ("443/udp", nil, "allowed")]
            ),
            (
                answer(rules: rules.replacing("any ::/0 in", with: "any ::/0 in_eth0")),
                [("22/tcp", nil, "allowed"), ("443/udp", nil, "allowed")]
            ),
        ] as [(CommandResult, [(String, String?, String?)])])
    func `reports the differences`(_ answer: CommandResult, _ changes: [(String, String?, String?)]) throws {
        #expect(try firewall.changes(after: answer) == changes.map { Change($0, from: $1, to: $2) })
    }

    @Test(arguments: [
        "", "ENABLED=yes\n", "ENABLED=yes\nlive\n", "ENABLED=yes\nDEFAULT_INPUT_POLICY=\"DROP\"\nIPV6=yes\nlive\n",
        "ENABLED=yes\nDEFAULT_INPUT_POLICY=\"DROP\"\nIPV6=yes\nlive\n### tuple ### allow tcp 22 0.0.0",
        "ENABLED=yes\nDEFAULT_INPUT_POLICY=\"DROP\"\nIPV6=yes\nperhaps\n==\n", "live\nabsent\n==\n", "\u{0}\n\n\n==\n",
        "ENABLED=yes\nDEFAULT_INPUT_POLICY=\"DROP\"\nIPV6=yes\nlive\nufw: error\n==\n",
    ])
    func `rejects malformed probe output`(_ text: String) {
        #expect(throws: UnreadableAnswer(expected: "ufw's settings", answer: .said(text))) {
            try firewall.observation(from: .said(text))
        }
    }

    @Test func `allows ports and starts the undo timer before it refuses connections`() throws {
        let repair = try firewall.repair(after: .said("", exit: 3))
        let arm = try #require(repair.firstRange(of: "systemd-run --quiet --collect --on-active=90"))
        let allow = try #require(repair[arm.upperBound...].firstRange(of: "ufw allow '22/tcp'"))
        let refuse = try #require(repair.firstRange(of: "ufw default deny incoming"))
        let enable = try #require(repair.firstRange(of: "ufw --force enable"))
        #expect(allow.upperBound < refuse.lowerBound && refuse.upperBound < enable.lowerBound)
    }

    @Test(arguments: ["0/tcp", "65536/tcp", "22", "22/icmp", "tcp/22", "-22/tcp", "ssh", "22/tcp; reboot", "022/tcp"])
    func `reports rules that are not ports`(_ rule: String) throws {
        #expect(
            try Firewall.mistakes(in: "allow: ['\(rule)']") == [
                "`allow`: invalid value `\(rule)`; expected a port like `25/tcp`"
            ])
    }
}
