/// The firewall options of a container or of the datacenter: `GET …/firewall/options`. A container's options apply
/// only if the datacenter's firewall is on and the network device has `firewall=1`.
public struct FirewallOptions: Decodable, Sendable, Equatable {
    /// The options as the file contains them. An option that is not set is absent (`policy_in` then means DROP,
    /// `enable` 0).
    public var options: [String: String]
    public var digest: String?

    public var isEnabled: Bool { options["enable"].map(LenientBool.isOn) ?? false }

    public init(from decoder: any Decoder) throws {
        options = try decoder.singleValueContainer().decode([String: LenientText].self).mapValues(\.value)
        digest = options.removeValue(forKey: "digest")
    }
}

/// One rule of a container's firewall.
public struct FirewallRule: Decodable, Sendable, Equatable {
    /// The position, from 0. Every insertion and deletion moves the other rules: use it only with ``digest``.
    public var position: Int
    /// The options: `type` (in, out, group), `action`, `enable`, `macro`, `proto`, `dport`, `source`, `comment`, …
    public var options: [String: String]
    /// The SHA-1 digest of all rules of the guest.
    public var digest: String?

    public var isEnabled: Bool { options["enable"].map(LenientBool.isOn) ?? false }

    public init(from decoder: any Decoder) throws {
        var all = try decoder.singleValueContainer().decode([String: LenientText].self).mapValues(\.value)
        guard let position = all.removeValue(forKey: "pos").flatMap({ Int($0) }) else {
            throw DecodingError.keyNotFound(
                Key.pos,
                .init(codingPath: decoder.codingPath, debugDescription: "a rule without a position")
            )
        }
        self.position = position
        digest = all.removeValue(forKey: "digest")
        options = all
    }

    private enum Key: CodingKey { case pos }
}

extension Request where Answer == FirewallOptions {
    /// Requests the firewall options of a guest. The call succeeds even if the guest does not exist.
    public static func firewallOptions(of guest: GuestID, on node: NodeName) -> Request {
        Request(.get, Paths.firewall(guest, node) + ["options"])
    }

    /// Requests the datacenter's firewall options, which determine whether any rule of any guest applies: `GET
    /// /cluster/firewall/options`. Needs Sys.Audit on `/`.
    public static func datacenterFirewallOptions() -> Request { Request(.get, ["cluster", "firewall", "options"]) }
}

extension Request where Answer == [FirewallRule] {
    /// Requests a guest's firewall rules, in the order in which they are tried.
    public static func firewallRules(of guest: GuestID, on node: NodeName) -> Request {
        Request(.get, Paths.firewall(guest, node) + ["rules"])
    }
}

extension Request where Answer == Nothing {
    /// Changes the firewall options of a guest. Proxmox does not check whether the guest exists. The firewall daemon
    /// applies changes every ten seconds.
    public static func setFirewallOptions(
        of guest: GuestID,
        on node: NodeName,
        set: [String: String],
        delete: [String] = [],
        digest: String? = nil
    ) -> Request {
        Request(.put, Paths.firewall(guest, node) + ["options"], Paths.change(set, delete, digest))
    }

    /// Inserts a rule before all others, because Proxmox accepts no position. The rule is enabled unless `options`
    /// contains `enable`: Proxmox's own default is disabled.
    public static func addFirewallRule(to guest: GuestID, on node: NodeName, options: [String: String]) -> Request {
        let options = options.merging(["enable": "1"]) { given, _ in given }
        return Request(.post, Paths.firewall(guest, node) + ["rules"], Paths.change(options, [], nil))
    }

    /// Changes the given options of a rule and keeps the others.
    public static func updateFirewallRule(
        _ position: Int,
        of guest: GuestID,
        on node: NodeName,
        set: [String: String],
        delete: [String] = [],
        digest: String
    ) -> Request {
        Request(.put, Paths.firewall(guest, node) + ["rules", String(position)], Paths.change(set, delete, digest))
    }

    /// Moves a rule before the rule at another position, or to the end if there is no such rule.
    public static func moveFirewallRule(
        _ position: Int,
        before other: Int,
        of guest: GuestID,
        on node: NodeName,
        digest: String
    ) -> Request {
        updateFirewallRule(position, of: guest, on: node, set: ["moveto": String(other)], digest: digest)
    }

    /// Deletes a rule. The rules after it move up by one, and the digest changes.
    public static func deleteFirewallRule(
        _ position: Int,
        of guest: GuestID,
        on node: NodeName,
        digest: String
    ) -> Request {
        Request(.delete, Paths.firewall(guest, node) + ["rules", String(position)], [("digest", digest)])
    }
}

extension Paths {
    static func firewall(_ guest: GuestID, _ node: NodeName) -> [String] { container(guest, node) + ["firewall"] }

    /// Returns the form fields of a change of options, in a fixed order.
    static func change(_ set: [String: String], _ delete: [String], _ digest: String?) -> [(String, String?)] {
        set.sorted { $0.key < $1.key }.map { ($0.key, String?.some($0.value)) }
            + [("delete", delete.isEmpty ? nil : delete.joined(separator: ",")), ("digest", digest)]
    }
}
