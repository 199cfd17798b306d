/// The answer of `GET /nodes/{node}/lxc/{vmid}/status/current`.
public struct ContainerStatus: Decodable, Sendable, Equatable {
    /// The state: `running` or `stopped`.
    public var status: String
    public var name: String?
    public var lock: String?
    /// Seconds since the guest's start; nil or 0 if it is stopped.
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
    /// The number of the container.
    public var vmid: GuestID
    public var name: String?
    public var status: String
    public var lock: String?
}

extension Request where Answer == [ContainerSummary] {
    /// Requests the containers of one node for which the caller has VM.Audit.
    public static func containers(on node: NodeName) -> Request { Request(.get, ["nodes", node.description, "lxc"]) }
}

extension Request where Answer == ContainerStatus {
    /// Requests a guest's status. It is current, unlike the values of `GET /cluster/resources`.
    public static func status(of guest: GuestID, on node: NodeName) -> Request {
        Request(.get, Paths.container(guest, node) + ["status", "current"])
    }
}

enum Paths {
    static func container(_ guest: GuestID, _ node: NodeName) -> [String] {
        ["nodes", node.description, "lxc", guest.description]
    }
}
