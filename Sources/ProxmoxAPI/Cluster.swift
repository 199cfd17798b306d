/// The answer of `GET /version`.
public struct Version: Decodable, Sendable, Equatable {
    public var version: String
    public var release: String
    /// The commit that pve-manager was built from.
    public var repoid: String?
    /// The release as numbers; nil if it does not begin with two numbers.
    public var number: Release? { Release(release) }
}

/// One guest of `GET /cluster/resources?type=vm`. A new guest may have neither name nor template flag for some
/// seconds.
public struct ClusterResource: Decodable, Sendable, Equatable {
    public var vmid: GuestID?
    public var node: NodeName?
    /// The kind of guest: `lxc` or `qemu`.
    public var type: String
    public var name: String?
    public var status: String?
    public var template: Bool
    /// The operation that locks the guest; nil if it is not locked.
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

/// The caller's own privileges, path by path: `GET /access/permissions`. A privilege that is listed is granted; its
/// value only states whether it propagates to the paths below.
public struct Permissions: Decodable, Sendable, Equatable {
    private var granted: [String: Set<String>]

    public init(from decoder: any Decoder) throws {
        granted = try decoder.singleValueContainer().decode([String: [String: LenientBool]].self)
            .mapValues { Set($0.keys) }
    }

    /// Returns whether a privilege is listed for exactly this path.
    public func grants(_ privilege: String, on path: String) -> Bool { granted[path]?.contains(privilege) ?? false }
}

extension Request where Answer == Version {
    /// Requests the version: `GET /version`, open to every login. It is the cheapest check that the credentials are
    /// accepted.
    public static func version() -> Request { Request(.get, ["version"]) }
}

extension Request where Answer == Permissions {
    /// Requests the caller's own privileges on every path that has its own entries. It needs no privilege.
    public static func permissions() -> Request { Request(.get, ["access", "permissions"]) }

    /// Requests the caller's own privileges on one path, including those inherited from the paths above and from a
    /// pool.
    public static func permissions(on path: String) -> Request {
        Request(.get, ["access", "permissions"], [("path", path)])
    }
}

extension Request where Answer == GuestID {
    /// Requests the lowest free id. This does not reserve the id.
    public static func nextID() -> Request { Request(.get, ["cluster", "nextid"]) }

    /// Checks that an id is free and returns it. Otherwise the call fails with ``APIError/invalid(reason:errors:)``
    /// and a text for `vmid`.
    public static func nextID(checking guest: GuestID) -> Request {
        Request(.get, ["cluster", "nextid"], [("vmid", guest.description)])
    }
}

extension Request where Answer == [ClusterResource] {
    /// Requests the resources of a type: `vm` for guests of both kinds, `node` or `storage`.
    public static func resources(type: String) -> Request { Request(.get, ["cluster", "resources"], [("type", type)]) }
}

enum Tags {
    /// Parses a list of tags. Proxmox joins tags with `;`, accepts commas and spaces too, and stores lower case.
    static func set(_ list: String) -> Set<String> {
        Set(list.split { ";, ".contains($0) }.map { $0.lowercased() })
    }
}
