import ConfigurationFiles
import Engine
import ProxmoxAPI
import Resources

/// Our rules in the guest's Proxmox firewall: a pure function from the existing rules to the next calls.
///
/// Our rules are identified by their comment, and all others are kept unchanged. The first rule that matches a packet
/// decides. Ours are therefore above rules that refuse every sender, and below rules that refuse some senders.
struct ContainerRules: Sendable {
    package var wanted: [OpenPort]
    /// The names of rules that may exist but are not required.
    var tolerated: Set<String> = []

    /// One call, with positions that are valid for the rules that were read.
    package enum Step: Sendable, Equatable {
        case add([String: String])
        case update(Int, set: [String: String], delete: [String])
        /// Before the rule at the second position; at the end if there is no such rule.
        case move(Int, before: Int)
        case delete(Int)
    }

    package struct Difference: Sendable, Equatable {
        var change: Change
        package var step: Step
    }

    /// Returns the differences, in the order in which they must be repaired. The positions are valid only for the first
    /// step.
    func differences(in rules: [FirewallRule]) -> [Difference] {
        surplus(in: rules) + wanted.compactMap { difference(of: $0, in: rules) }
    }

    private func surplus(in rules: [FirewallRule]) -> [Difference] {
        var seen: Set<String> = []
        return rules.compactMap { rule in
            guard let name = rule.ownName else { return nil }
            let isKnown = wanted.contains { $0.name == name } || tolerated.contains(name)
            guard !isKnown || !seen.insert(name).inserted else { return nil }
            return Difference(change: Change(name, from: rule.phrase, to: nil), step: .delete(rule.position))
        }
    }

    private func difference(of port: OpenPort, in rules: [FirewallRule]) -> Difference? {
        guard let own = rules.first(where: { $0.ownName == port.name }) else {
            return Difference(change: Change(port.name, from: nil, to: port.phrase), step: .add(port.rule))
        }
        let wanted = port.rule
        let wrong = wanted.filter { own.value($0.key) != $0.value }
        let narrowing = own.options.keys.filter { FirewallRule.conditions.contains($0) && wanted[$0] == nil }.sorted()
        if !wrong.isEmpty || !narrowing.isEmpty {
            let change = Change(port.name, from: own.phrase, to: port.phrase)
            return Difference(change: change, step: .update(own.position, set: wrong, delete: narrowing))
        }
        return misplacement(of: own, port, in: rules)
    }

    private func misplacement(of own: FirewallRule, _ port: OpenPort, in rules: [FirewallRule]) -> Difference? {
        let refusing = rules.filter { $0.ownName == nil && $0.refuses(port) }
        let barrier = refusing.first { !$0.isRestricted }
        if let barrier, barrier.position < own.position {
            let change = Change(port.name, from: "below `\(barrier.phrase)`", to: "above it")
            return Difference(change: change, step: .move(own.position, before: barrier.position))
        }
        let overridden = refusing.last {
            $0.isRestricted && $0.position > own.position && $0.position < barrier?.position ?? .max
        }
        guard let overridden else { return nil }
        let change = Change(port.name, from: "above `\(overridden.phrase)`", to: "below it")
        return Difference(change: change, step: .move(own.position, before: overridden.position + 1))
    }
}

extension OpenPort {
    static let commentPrefix = "mxprovision "

    /// The options of the port's rule in Proxmox (PVE::Firewall, `verify_rule`).
    package var rule: [String: String] {
        var rule = ["type": "in", "action": "ACCEPT", "enable": "1", "comment": Self.commentPrefix + name]
        if let macro = Self.macros[port] {
            rule["macro"] = macro
        } else {
            rule["proto"] = transport
            rule["dport"] = String(number)
        }
        return rule
    }

    fileprivate var phrase: String { "ACCEPT \(self)" }

    /// The macros that open exactly one TCP port (PVE::Firewall, `$pve_fw_macros`).
    static let macros = [NetworkPort(22): "SSH", NetworkPort(25): "SMTP", NetworkPort(80): "HTTP"]
}
