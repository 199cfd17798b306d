extension Request where Answer == TaskID {
    /// Clones a container: `POST …/clone`. Only the options here can be set; everything else is copied from the
    /// template.
    public static func clone(
        _ template: GuestID,
        as guest: GuestID,
        on node: NodeName,
        hostname: String? = nil,
        description: String? = nil,
        snapshot: String? = nil,
        full: Bool? = nil,
        storage: StorageName? = nil,
        pool: String? = nil
    ) -> Request {
        Request(
            .post,
            Paths.container(template, node) + ["clone"],
            [
                ("newid", guest.description), ("hostname", hostname), ("description", description),
                ("snapname", snapshot),
                ("full", full.map { $0 ? "1" : "0" }), ("storage", storage?.description), ("pool", pool),
            ]
        )
    }

    /// Starts a guest: `POST …/status/start`. The task ends when init runs, not when the network is up.
    public static func start(_ guest: GuestID, on node: NodeName) -> Request {
        Request(.post, Paths.container(guest, node) + ["status", "start"])
    }

    /// Kills a guest: `POST …/status/stop`.
    public static func stop(_ guest: GuestID, on node: NodeName) -> Request {
        Request(.post, Paths.container(guest, node) + ["status", "stop"])
    }

    /// Shuts a guest down: `POST …/status/shutdown`. After `timeout` seconds, Proxmox kills the guest (`forceStop`) or
    /// the task fails.
    public static func shutdown(_ guest: GuestID, on node: NodeName, timeout: Int, forceStop: Bool) -> Request {
        Request(
            .post,
            Paths.container(guest, node) + ["status", "shutdown"],
            [("timeout", String(timeout)), ("forceStop", forceStop ? "1" : "0")]
        )
    }

    /// Reboots a guest: `POST …/status/reboot`. The guest has `timeout` seconds to shut down.
    public static func reboot(_ guest: GuestID, on node: NodeName, timeout: Int) -> Request {
        Request(.post, Paths.container(guest, node) + ["status", "reboot"], [("timeout", String(timeout))])
    }

    /// Deletes a container: `DELETE …/lxc/{vmid}`. `force` kills a running guest first; `purge` also removes it from
    /// backup, replication and HA jobs.
    public static func destroy(_ guest: GuestID, on node: NodeName, force: Bool, purge: Bool) -> Request {
        Request(
            .delete,
            Paths.container(guest, node),
            [("force", force ? "1" : "0"), ("purge", purge ? "1" : "0")]
        )
    }
}

/// An operation that a storage may support for a guest.
public enum Feature: String, Sendable {
    case clone, copy, snapshot
}

/// The answer of `GET …/feature`.
public struct FeatureAnswer: Decodable, Sendable, Equatable {
    /// Whether all volumes support the operation.
    public let isAvailable: Bool

    private enum CodingKeys: String, CodingKey { case hasFeature }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        isAvailable = try container.decodeIfPresent(LenientBool.self, forKey: .hasFeature)?.value ?? false
    }
}

extension Request where Answer == FeatureAnswer {
    /// Requests whether the storages of all the guest's volumes support an operation: `GET …/feature`.
    public static func feature(_ feature: Feature, of guest: GuestID, on node: NodeName) -> Request {
        Request(.get, Paths.container(guest, node) + ["feature"], [("feature", feature.rawValue)])
    }
}
