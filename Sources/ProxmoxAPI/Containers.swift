/// `GET /nodes/{node}/lxc/{vmid}/config`, pending changes merged in.
public struct Configuration: Decodable, Sendable, Equatable {
    /// Every option as the text that the configuration file would have; without `digest` and raw `lxc` lines.
    public var options: [String: String]
    /// SHA-1 of the file; sent back, it guards a change against somebody else's.
    public var digest: String?

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        options = [:]
        for key in container.allKeys where key.stringValue != "lxc" {
            let value = try container.decodeIfPresent(LenientText.self, forKey: key)?.value
            if key.stringValue == "digest" { digest = value } else { options[key.stringValue] = value }
        }
        // Proxmox gives each line of the notes a newline, the last one too.
        if let notes = options["description"], notes.hasSuffix("\n") {
            options["description"] = String(notes.dropLast())
        }
    }

    private struct Key: CodingKey {
        var stringValue: String
        var intValue: Int? { nil }
        init?(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }
}

/// `GET /nodes/{node}/lxc/{vmid}/status/current`
public struct ContainerStatus: Decodable, Sendable, Equatable {
    public var status: String
    public var name: String?
    public var lock: String?

    public var isRunning: Bool { status == "running" }
}

/// One container of `GET /nodes/{node}/lxc`.
public struct ContainerSummary: Decodable, Sendable, Equatable {
    public var vmid: GuestID
    public var name: String?
    public var status: String
    public var lock: String?
}

extension Request where Answer == [ContainerSummary] {
    public static func containers(on node: NodeName) -> Request { Request(.get, ["nodes", node.description, "lxc"]) }
}

extension Request where Answer == Configuration {
    public static func configuration(of guest: GuestID, on node: NodeName) -> Request {
        Request(.get, Paths.container(guest, node) + ["config"])
    }
}

extension Request where Answer == ContainerStatus {
    public static func status(of guest: GuestID, on node: NodeName) -> Request {
        Request(.get, Paths.container(guest, node) + ["status", "current"])
    }
}

extension Request where Answer == Nothing {
    /// `PUT …/config`: synchronous. Some options of a running guest wait for its next start.
    public static func configure(
        _ guest: GuestID,
        on node: NodeName,
        set: [String: String],
        delete: [String] = [],
        digest: String? = nil
    ) -> Request {
        let options = set.sorted { $0.key < $1.key }.map { ($0.key, String?.some($0.value)) }
        let deleted = delete.isEmpty ? nil : delete.joined(separator: ",")
        return Request(
            .put, Paths.container(guest, node) + ["config"], options + [("delete", deleted), ("digest", digest)])
    }
}

extension Request where Answer == TaskID {
    /// `POST …/clone`. Nothing but what stands here can be set with it; the rest of the template comes along.
    public static func clone(
        _ template: GuestID,
        as guest: GuestID,
        on node: NodeName,
        hostname: String,
        description: String,
        full: Bool? = nil,
        storage: StorageName? = nil,
        pool: String? = nil
    ) -> Request {
        Request(
            .post,
            Paths.container(template, node) + ["clone"],
            [
                ("newid", guest.description), ("hostname", hostname), ("description", description),
                ("full", full.map { $0 ? "1" : "0" }), ("storage", storage?.description), ("pool", pool),
            ]
        )
    }

    /// `POST …/status/start`. Its task ends when init runs, not when the network is up.
    public static func start(_ guest: GuestID, on node: NodeName) -> Request {
        Request(.post, Paths.container(guest, node) + ["status", "start"])
    }

    /// `POST …/status/shutdown`
    ///
    /// - Parameters:
    ///   - timeout: seconds
    ///   - forceStop: kill the guest after the timeout, rather than fail.
    public static func shutdown(_ guest: GuestID, on node: NodeName, timeout: Int, forceStop: Bool) -> Request {
        Request(
            .post,
            Paths.container(guest, node) + ["status", "shutdown"],
            [("timeout", String(timeout)), ("forceStop", forceStop ? "1" : "0")]
        )
    }

    /// `DELETE …/lxc/{vmid}`
    ///
    /// - Parameters:
    ///   - force: kill a running guest first.
    ///   - purge: also remove it from backup, replication and HA jobs.
    public static func destroy(_ guest: GuestID, on node: NodeName, force: Bool, purge: Bool) -> Request {
        Request(
            .delete,
            Paths.container(guest, node),
            [("force", force ? "1" : "0"), ("purge", purge ? "1" : "0")]
        )
    }
}

enum Paths {
    static func container(_ guest: GuestID, _ node: NodeName) -> [String] {
        ["nodes", node.description, "lxc", guest.description]
    }
}
