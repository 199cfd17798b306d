import ConfigurationFiles
import ProxmoxAPI

/// The effect of a rule on a port of ours (PVE::Firewall, `ruleset_generate_rule`).
extension FirewallRule {
    /// The options that restrict a rule to some packets.
    package static let conditions: Set<String> = [
        "macro", "proto", "source", "dest", "sport", "dport", "iface", "icmp-type",
    ]

    /// The name of the port, if this is our rule for it; nil if the rule is not ours.
    var ownName: String? {
        guard let comment = options["comment"], comment.hasPrefix(OpenPort.commentPrefix) else { return nil }
        return String(comment.dropFirst(OpenPort.commentPrefix.count))
    }

    /// Returns a value in normal form for comparison: switches as 0 and 1, macros in Proxmox's spelling.
    package func value(_ key: String) -> String? {
        switch key {
        case "enable": isEnabled ? "1" : "0"
        case "macro": OpenPort.macros.values.first { $0.lowercased() == options["macro"]?.lowercased() }
        default: options[key]
        }
    }

    /// The rule as text: `DROP tcp 25 from 203.0.113.0/24 (off)`.
    package var phrase: String {
        let words = ["action", "macro", "proto", "dport"].compactMap { options[$0] }
        let places = [("from", "source"), ("to", "dest"), ("on", "iface")].compactMap { word, key in
            options[key].map { "\(word) \($0)" }
        }
        return (words + places + (isEnabled ? [] : ["(off)"])).joined(separator: " ")
    }

    /// Whether the rule may refuse connections to a port. The rules in a security group are not checked.
    package func refuses(_ port: OpenPort) -> Bool {
        guard isEnabled, options["type"] == "in", ["DROP", "REJECT"].contains(options["action"]) else { return false }
        if let macro = options["macro"]?.lowercased() {
            return Self.macros[macro, default: []].contains(port.port)
        }
        guard [port.transport, port.port.transport == .tcp ? "6" : "17", nil].contains(options["proto"]?.lowercased())
        else { return false }
        guard let ports = options["dport"] else { return true }
        return ports.split(separator: ",").contains { part in
            let ends = part.split(separator: ":").map { Int($0) ?? Self.services[$0.lowercased()] ?? -1 }
            return ends.first.map { $0 <= port.number } == true && ends.last.map { $0 >= port.number } == true
        }
    }

    /// The ports that the macros of common services match (PVE::Firewall, `$pve_fw_macros`).
    private static let macros: [String: [NetworkPort]] = [
        "dns": [NetworkPort(53), NetworkPort(53, .udp)],
        "http": [NetworkPort(80)],
        "https": [NetworkPort(443)],
        "mail": [NetworkPort(25), NetworkPort(465), NetworkPort(587)],
        "smtp": [NetworkPort(25)],
        "ssh": [NetworkPort(22)],
        "web": [NetworkPort(80), NetworkPort(443)],
    ]

    /// The port numbers of common services' names in `dport` (services(5)).
    private static let services = ["domain": 53, "http": 80, "https": 443, "smtp": 25, "ssh": 22]

    /// Whether the rule applies only to some senders.
    var isRestricted: Bool {
        ["source", "dest", "sport"].contains { options[$0] != nil } || !["net0", nil].contains(options["iface"])
    }
}
