import RemoteShell

/// Where and as whom the guest puts the TXT records of `dns-01` challenges: certbot's credentials for RFC 2136.
public struct ChallengeZone: Sendable, Hashable {
    /// By its address, as certbot takes no name.
    public let server: NameServer
    /// The TSIG key's name.
    public let key: String
    public let algorithm: TransactionKey.Algorithm
    public let source: SecretSource
    /// Seconds until all of the zone's servers have a record.
    public let propagation: Int
    /// In base64; empty until ``unlocked(environment:)``.
    private(set) var secret = Secret("")

    init?(_ parameters: inout Parameters) {
        let server: NameServer? = parameters.value("server")
        if let server, IPAddress(server.host) == nil {
            parameters.wrong("server", "`server` is `\(server.host)`; certbot wants an address")
        }
        let key: KeyName? = parameters.value("key")
        algorithm = parameters.choice("algorithm", default: TransactionKey.Algorithm.sha256)
        let source = parameters.secretSource("secret")
        propagation = parameters.integer("propagation", in: 0...3600, default: 60)
        guard let server, let key, let source else { return nil }
        self.server = server
        self.key = key.description
        self.source = source
    }

    /// - Throws: ``SecretError``, ``DNSError/unusableKey(name:)``; certbot's own message would show the secret.
    func unlocked(environment: [String: String]) throws -> ChallengeZone {
        var unlocked = self
        unlocked.secret = try source.read(environment: environment)
        guard unlocked.secret.isBase64 else { throw DNSError.unusableKey(name: key) }
        return unlocked
    }

    /// The file that certbot-dns-rfc2136 reads.
    var credentials: Secret {
        Secret(
            """
            dns_rfc2136_server = \(server.host)
            dns_rfc2136_port = \(server.port)
            dns_rfc2136_name = \(key).
            dns_rfc2136_secret = \(secret.reveal())
            dns_rfc2136_algorithm = \(algorithm.rawValue.uppercased())

            """
        )
    }
}

extension Secret {
    /// Whether it is something in base64 (RFC 4648, 4), as TSIG keys are written.
    var isBase64: Bool {
        reveal().wholeMatch(of: /([A-Za-z0-9+\/]{4})+([A-Za-z0-9+\/]{2}==|[A-Za-z0-9+\/]{3}=)?/) != nil
    }
}
