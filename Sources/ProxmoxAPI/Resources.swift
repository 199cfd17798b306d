/// One storage of `GET /nodes/{node}/storage`.
public struct StorageSummary: Decodable, Sendable, Equatable {
    public var name: String
    /// `dir`, `lvmthin`, `zfspool`, …
    public var type: String
    /// What may lie there: `rootdir` for containers' volumes, `images`, `backup`, …
    public var content: Set<String>
    public var isEnabled: Bool
    /// Whether the node sees it at the moment.
    public var isActive: Bool
    /// Bytes; nil where the storage is not active.
    public var available: Int?

    private enum CodingKeys: String, CodingKey { case storage, type, content, enabled, active, avail }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        func isOn(_ key: CodingKeys) throws -> Bool {
            try container.decodeIfPresent(LenientBool.self, forKey: key)?.value ?? false
        }
        name = try container.decode(String.self, forKey: .storage)
        type = try container.decode(String.self, forKey: .type)
        content = Set(try container.decode(String.self, forKey: .content).split(separator: ",").map(String.init))
        isEnabled = try isOn(.enabled)
        isActive = try isOn(.active)
        available = try container.decodeIfPresent(LenientInt.self, forKey: .avail)?.value
    }
}

/// One bridge of `GET /nodes/{node}/network`.
public struct Bridge: Decodable, Sendable, Equatable {
    public var name: String
    /// `bridge`, `OVSBridge`, or `vnet` for one of the software-defined network.
    public var type: String

    private enum CodingKeys: String, CodingKey {
        case name = "iface"
        case type
    }
}

extension Request where Answer == [StorageSummary] {
    /// The node's storages, without those on which the caller has neither Datastore.Audit nor Datastore.AllocateSpace.
    public static func storages(on node: NodeName) -> Request { Request(.get, ["nodes", node.description, "storage"]) }
}

extension Request where Answer == [Bridge] {
    /// The node's bridges, from 8.0 on without those on which the caller has neither SDN.Use nor SDN.Audit.
    public static func bridges(on node: NodeName) -> Request {
        Request(.get, ["nodes", node.description, "network"], [("type", "any_bridge")])
    }
}
