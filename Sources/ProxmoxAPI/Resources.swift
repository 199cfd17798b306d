/// One storage of `GET /nodes/{node}/storage`.
public struct StorageSummary: Decodable, Sendable, Equatable {
    public var name: String
    /// The type: `dir`, `lvmthin`, `zfspool`, …
    public var type: String
    /// The permitted content: `rootdir` for containers' volumes, `images`, `backup`, …
    public var content: Set<String>
    public var isEnabled: Bool
    /// Whether the node can access the storage at the moment.
    public var isActive: Bool
    /// The free space in bytes; nil if the storage is not active.
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
    /// The type: `bridge`, `OVSBridge`, or `vnet` for a bridge of the software-defined network.
    public var type: String

    private enum CodingKeys: String, CodingKey {
        case name = "iface"
        case type
    }
}

extension Request where Answer == [StorageSummary] {
    /// Requests the node's storages, except those for which the caller has neither Datastore.Audit nor
    /// Datastore.AllocateSpace.
    public static func storages(on node: NodeName) -> Request { Request(.get, ["nodes", node.description, "storage"]) }
}

extension Request where Answer == [Bridge] {
    /// Requests the node's bridges. From 8.0 on, the list omits those for which the caller has neither SDN.Use nor
    /// SDN.Audit.
    public static func bridges(on node: NodeName) -> Request {
        Request(.get, ["nodes", node.description, "network"], [("type", "any_bridge")])
    }
}

/// One pool of `GET /pools`.
public struct Pool: Decodable, Sendable, Equatable {
    public var poolid: String
}

extension Request where Answer == [Pool] {
    /// Requests one pool by its name. From 8.1 on it needs no privilege. Fails with ``APIError/missing(reason:)`` if
    /// the pool does not exist.
    public static func pool(_ name: String) -> Request { Request(.get, ["pools"], [("poolid", name)]) }
}
