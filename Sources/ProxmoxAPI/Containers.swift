/// `GET /nodes/{node}/lxc/{vmid}/status/current`
public struct ContainerStatus: Decodable, Sendable, Equatable {
    public var status: String
    public var name: String?
    public var lock: String?
    /// Seconds since the guest's start; nil or 0 where it is stopped.
    public var uptime: Int? { seconds?.value }
    private var seconds: LenientInt?

    private enum CodingKeys: String, CodingKey {
        case status, name, lock
        case seconds = "uptime"
    }

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
    /// The containers of one node that the caller has VM.Audit on.
    public static func containers(on node: NodeName) -> Request { Request(.get, ["nodes", node.description, "lxc"]) }
}

extension Request where Answer == ContainerStatus {
    /// Fresh, unlike the figures of `GET /cluster/resources`.
    public static func status(of guest: GuestID, on node: NodeName) -> Request {
        Request(.get, Paths.container(guest, node) + ["status", "current"])
    }
}

enum Paths {
    static func container(_ guest: GuestID, _ node: NodeName) -> [String] {
        ["nodes", node.description, "lxc", guest.description]
    }
}
