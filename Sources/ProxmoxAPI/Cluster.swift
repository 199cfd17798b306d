/// `GET /version`
public struct Version: Decodable, Sendable, Equatable {
    public var version: String
    public var release: String
    /// The commit that pve-manager was built from.
    public var repoid: String?
    /// The release as numbers; nil where it is not written as such.
    public var number: Release? { Release(release) }
}

/// One guest of `GET /cluster/resources?type=vm`. A fresh one may have neither name nor template for some seconds.
public struct ClusterResource: Decodable, Sendable, Equatable {
    public var vmid: GuestID?
    public var node: NodeName?
    /// `lxc` or `qemu`.
    public var type: String
    public var name: String?
    public var status: String?
    public var template: Bool
    public var lock: String?
    public var tags: Set<String>

    private enum CodingKeys: String, CodingKey { case vmid, node, type, name, status, template, lock, tags }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        vmid = try container.decodeIfPresent(GuestID.self, forKey: .vmid)
        node = try container.decodeIfPresent(NodeName.self, forKey: .node)
        type = try container.decode(String.self, forKey: .type)
        name = try container.decodeIfPresent(String.self, forKey: .name)
        status = try container.decodeIfPresent(String.self, forKey: .status)
        template = try container.decodeIfPresent(LenientBool.self, forKey: .template)?.value ?? false
        lock = try container.decodeIfPresent(String.self, forKey: .lock)
        tags = Tags.set(try container.decodeIfPresent(String.self, forKey: .tags) ?? "")
    }
}

/// `GET /access/permissions`: what the caller may do, path by path. A privilege that is listed is granted; its value
/// only tells whether it goes on to the paths below.
public struct Permissions: Decodable, Sendable, Equatable {
    private var granted: [String: Set<String>]

    public init(from decoder: any Decoder) throws {
        granted = try decoder.singleValueContainer().decode([String: [String: LenientBool]].self)
            .mapValues { Set($0.keys) }
    }

    /// Whether a privilege is listed for exactly this path.
    public func grants(_ privilege: String, on path: String) -> Bool { granted[path]?.contains(privilege) ?? false }
}

extension Request where Answer == Version {
    /// `GET /version`, open to every login: the cheapest way to see that the credentials are taken.
    public static func version() -> Request { Request(.get, ["version"]) }
}

extension Request where Answer == Permissions {
    /// What the caller itself may do, on every path that has entries of its own; needs no privilege.
    public static func permissions() -> Request { Request(.get, ["access", "permissions"]) }

    /// What the caller itself may do on one path, with what comes to it from the paths above and from a pool.
    public static func permissions(on path: String) -> Request {
        Request(.get, ["access", "permissions"], [("path", path)])
    }
}

extension Request where Answer == GuestID {
    /// The lowest free id. Nothing is reserved by asking.
    public static func nextID() -> Request { Request(.get, ["cluster", "nextid"]) }

    /// The id itself where it is free; else ``APIError/invalid(reason:errors:)`` with a text for `vmid`.
    public static func nextID(checking guest: GuestID) -> Request {
        Request(.get, ["cluster", "nextid"], [("vmid", guest.description)])
    }
}

extension Request where Answer == [ClusterResource] {
    /// `type` is `vm` for guests of both kinds, `node` or `storage`.
    public static func resources(type: String) -> Request { Request(.get, ["cluster", "resources"], [("type", type)]) }
}

enum Tags {
    /// Proxmox joins with `;`, takes commas and blanks, and keeps lower case.
    static func set(_ list: String) -> Set<String> {
        Set(list.split { ";, ".contains($0) }.map { $0.lowercased() })
    }
}
