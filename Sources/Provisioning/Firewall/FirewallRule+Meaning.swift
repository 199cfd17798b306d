import ProxmoxAPI

/// What a rule does to a port of ours (PVE::Firewall, `ruleset_generate_rule`).
extension FirewallRule {
    /// What narrows a rule to some packets.
    static let conditions: Set<String> = [
        "macro", "proto", "source", "dest", "sport", "dport", "iface", "icmp-type",
    ]

    /// The name of the port that the rule is ours for; nil where it is somebody else's.
    var ownName: String? {
        guard let comment = options["comment"], comment.hasPrefix(OpenPort.commentPrefix) else { return nil }
        return String(comment.dropFirst(OpenPort.commentPrefix.count))
    }

    /// A value in the form in which it is compared: switches as 0 and 1, macros as Proxmox spells them.
    func value(_ key: String) -> String? {
        switch key {
        case "enable": isEnabled ? "1" : "0"
        case "macro": OpenPort.macros.values.first { $0.lowercased() == options["macro"]?.lowercased() }
        default: options[key]
        }
    }

    /// As a person reads it: `DROP tcp 25 from 203.0.113.0/24 (off)`.
    var phrase: String {
        let words = ["action", "macro", "proto", "dport"].compactMap { options[$0] }
        let places = [("from", "source"), ("to", "dest"), ("on", "iface")].compactMap { word, key in
            options[key].map { "\(word) \($0)" }
        }
        return (words + places + (isEnabled ? [] : ["(off)"])).joined(separator: " ")
    }

    /// Whether connections to a port may end here. What a security group holds is not looked at.
    func refuses(_ port: OpenPort) -> Bool {
        guard isEnabled, options["type"] == "in", ["DROP", "REJECT"].contains(options["action"]) else { return false }
        if let macro = options["macro"]?.lowercased() {
            return macro == OpenPort.macros[port.number]?.lowercased()
                || macro == "mail" && [25, 465, 587].contains(port.number)
        }
        guard ["tcp", "6", nil].contains(options["proto"]?.lowercased()) else { return false }
        guard let ports = options["dport"] else { return true }
        return ports.split(separator: ",").contains { part in
            let ends = part.split(separator: ":").map { Int($0) ?? ($0 == port.name ? port.number : -1) }
            return ends.first.map { $0 <= port.number } == true && ends.last.map { $0 >= port.number } == true
        }
    }

    /// Whether it looks at some senders alone.
    var isRestricted: Bool {
        ["source", "dest", "sport"].contains { options[$0] != nil } || !["net0", nil].contains(options["iface"])
    }
}
