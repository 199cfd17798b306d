/// One node of `GET /nodes`.
public struct NodeSummary: Decodable, Sendable, Equatable {
    public var node: NodeName
    /// The state: `online`, `offline` or `unknown`.
    public var status: String
    /// The SHA-256 fingerprint of pveproxy's certificate.
    public var fingerprint: String?

    private enum CodingKeys: String, CodingKey {
        case node, status
        case fingerprint = "ssl_fingerprint"
    }
}

/// One certificate of `GET /nodes/{node}/certificates/info`.
public struct NodeCertificate: Decodable, Sendable, Equatable {
    /// The file name: `pve-ssl.pem`, or `pveproxy-ssl.pem`, which the API uses instead if it exists.
    public var filename: String
    public var fingerprint: String?
    public var subject: String?
    public var issuer: String?
    /// The end of validity, in seconds since 1970.
    public var notAfter: Int? { notafter?.value }
    private var notafter: LenientInt?
}

extension Request where Answer == [NodeSummary] {
    /// Requests all nodes of the cluster. Open to every login.
    public static func nodes() -> Request { Request(.get, ["nodes"]) }
}

extension Request where Answer == [NodeCertificate] {
    /// Requests the certificates that the node's API may use. Open to every login.
    public static func certificates(on node: NodeName) -> Request {
        Request(.get, ["nodes", node.description, "certificates", "info"])
    }
}
