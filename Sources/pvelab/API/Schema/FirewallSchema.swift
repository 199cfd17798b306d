/// The parameters of the firewall calls.
extension Schema {
    private static let levels = ["emerg", "alert", "crit", "err", "warning", "notice", "info", "debug", "nolog"]
    static let firewallOptions = Schema([
        .text("delete").format(.options),
        .boolean("dhcp"),
        .text("digest", to: 64),
        .boolean("enable"),
        .boolean("ipfilter"),
        .choice("log_level_in", levels),
        .choice("log_level_out", levels),
        .boolean("macfilter"),
        .boolean("ndp"),
        .choice("policy_in", ["ACCEPT", "REJECT", "DROP"]),
        .choice("policy_out", ["ACCEPT", "REJECT", "DROP"]),
        .boolean("radv"),
    ])
    /// The datacenter's options. They are those that Proxmox publishes for the GET; the schema of the PUT was not
    /// available.
    static let datacenterFirewallOptions = Schema([
        .text("delete").format(.options),
        .text("digest", to: 64),
        .boolean("ebtables"),
        .integer("enable", from: 0),
        .text("log_ratelimit"),
        .choice("policy_forward", ["ACCEPT", "DROP"]),
        .choice("policy_in", ["ACCEPT", "REJECT", "DROP"]),
        .choice("policy_out", ["ACCEPT", "REJECT", "DROP"]),
    ])
    static let newFirewallRule = Schema([
        .text("action", from: 2, to: 20).pattern(#"[A-Za-z][A-Za-z0-9\-\_]+"#).required,
        .text("comment"),
        .text("dest", to: 512).format(.firewallAddress),
        .text("digest", to: 64),
        .text("dport").format(.destinationPort),
        .integer("enable", from: 0),
        .text("icmp-type").format(.icmpType),
        .text("iface", from: 2, to: 20).format(.interface),
        .choice("log", levels),
        .text("macro", to: 128),
        .integer("pos", from: 0),
        .text("proto").format(.firewallProtocol),
        .text("source", to: 512).format(.firewallAddress),
        .text("sport").format(.sourcePort),
        .choice("type", ["in", "out", "forward", "group"]).required,
    ])
    static let firewallRule = Schema([
        .text("action", from: 2, to: 20).pattern(#"[A-Za-z][A-Za-z0-9\-\_]+"#),
        .text("comment"),
        .text("delete").format(.options),
        .text("dest", to: 512).format(.firewallAddress),
        .text("digest", to: 64),
        .text("dport").format(.destinationPort),
        .integer("enable", from: 0),
        .text("icmp-type").format(.icmpType),
        .text("iface", from: 2, to: 20).format(.interface),
        .choice("log", levels),
        .text("macro", to: 128),
        .integer("moveto", from: 0),
        .text("proto").format(.firewallProtocol),
        .text("source", to: 512).format(.firewallAddress),
        .text("sport").format(.sourcePort),
        .choice("type", ["in", "out", "forward", "group"]),
    ])
    static let firewallRuleRemoval = Schema([
        .text("digest", to: 64)
    ])
}
