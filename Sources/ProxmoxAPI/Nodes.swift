/// One node of `GET /nodes`.
public struct NodeSummary: Decodable, Sendable, Equatable {
    public var node: NodeName
    /// `online`, `offline` or `unknown`.
    public var status: String
    /// SHA-256 fingerprint of the certificate that pveproxy shows.
    public var fingerprint: String?

    private enum CodingKeys: String, CodingKey {
        case node, status
        case fingerprint = "ssl_fingerprint"
    }
}

/// One certificate of `GET /nodes/{node}/certificates/info`.
public struct NodeCertificate: Decodable, Sendable, Equatable {
    /// `pve-ssl.pem`, or `pveproxy-ssl.pem`, which takes its place for the API where it exists.
    public var filename: String
    public var fingerprint: String?
    public var subject: String?
    public var issuer: String?
    /// End of validity, seconds since 1970.
    public var notAfter: Int? { notafter?.value }
    private var notafter: LenientInt?
}

extension Request where Answer == [NodeSummary] {
    /// All nodes of the cluster; open to every login.
    public static func nodes() -> Request { Request(.get, ["nodes"]) }
}

extension Request where Answer == [NodeCertificate] {
    /// What the node's API may show; open to every login.
    public static func certificates(on node: NodeName) -> Request {
        Request(.get, ["nodes", node.description, "certificates", "info"])
    }
}
