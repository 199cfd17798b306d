/// `GET …/firewall/options` of a container, or of the datacenter. A container's have force only with the datacenter's
/// firewall on and `firewall=1` on the network device.
public struct FirewallOptions: Decodable, Sendable, Equatable {
    /// As the file would have them; an option that is unset is absent (`policy_in` then means DROP, `enable` 0).
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
    /// From 0. Every insertion and deletion moves the others: use it only with ``digest``.
    public var position: Int
    /// `type` (in, out, group), `action`, `enable`, `macro`, `proto`, `dport`, `source`, `comment`, …
    public var options: [String: String]
    /// SHA-1 over all rules of the guest.
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
    /// Answers for a guest that does not exist, too.
    public static func firewallOptions(of guest: GuestID, on node: NodeName) -> Request {
        Request(.get, Paths.firewall(guest, node) + ["options"])
    }

    /// `GET /cluster/firewall/options`: whether any rule of any guest has force. Needs Sys.Audit on `/`.
    public static func datacenterFirewallOptions() -> Request { Request(.get, ["cluster", "firewall", "options"]) }
}

extension Request where Answer == [FirewallRule] {
    /// In the order in which they are tried.
    public static func firewallRules(of guest: GuestID, on node: NodeName) -> Request {
        Request(.get, Paths.firewall(guest, node) + ["rules"])
    }
}

extension Request where Answer == Nothing {
    /// Proxmox does not look whether the guest exists. The daemon takes changes up every ten seconds.
    public static func setFirewallOptions(
        of guest: GuestID,
        on node: NodeName,
        set: [String: String],
        delete: [String] = [],
        digest: String? = nil
    ) -> Request {
        Request(.put, Paths.firewall(guest, node) + ["options"], Paths.change(set, delete, digest))
    }

    /// Inserts a rule before all others; Proxmox takes no position. It is switched on unless `options` has `enable`:
    /// Proxmox's own default is off.
    public static func addFirewallRule(to guest: GuestID, on node: NodeName, options: [String: String]) -> Request {
        let options = options.merging(["enable": "1"]) { given, _ in given }
        return Request(.post, Paths.firewall(guest, node) + ["rules"], Paths.change(options, [], nil))
    }

    /// Changes the options that are given and leaves the others.
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

    /// Puts a rule before the one that stands at another position; behind all where there is none.
    public static func moveFirewallRule(
        _ position: Int,
        before other: Int,
        of guest: GuestID,
        on node: NodeName,
        digest: String
    ) -> Request {
        updateFirewallRule(position, of: guest, on: node, set: ["moveto": String(other)], digest: digest)
    }

    /// The rules behind it move up by one, and the digest changes.
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

    /// The form of a change of options, in a fixed order.
    static func change(_ set: [String: String], _ delete: [String], _ digest: String?) -> [(String, String?)] {
        set.sorted { $0.key < $1.key }.map { ($0.key, String?.some($0.value)) }
            + [("delete", delete.isEmpty ? nil : delete.joined(separator: ",")), ("digest", digest)]
    }
}
