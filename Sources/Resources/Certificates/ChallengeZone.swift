public import ConfigurationFiles
import RemoteShell
package import Secrets

/// Server and TSIG key with which the guest sets the TXT records of `dns-01` challenges: certbot's credentials for RFC
/// 2136.
public struct ChallengeZone: Sendable, Hashable {
    /// The server, given by its address, because certbot accepts no name.
    public let server: NameServer
    /// The name of the TSIG key.
    public let key: String
    public let algorithm: TransactionKey.Algorithm
    /// The source of the secret of the TSIG key.
    public let source: SecretSource
    /// Seconds until all servers of the zone have a new record.
    public let propagation: Int
    /// The secret of the TSIG key in base64. Empty until ``unlocked(environment:)`` returns it.
    private(set) var secret = Secret("")

    init?(_ parameters: inout Parameters) {
        let server: NameServer? = parameters.value("server")
        if let server, IPAddress(server.host) == nil {
            parameters.wrong(
                "server", "`server`: invalid value `\(server.host)`; expected an IP address (certbot accepts no name)")
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

    /// Returns a copy with the secret, and checks that it is base64. certbot's own error message would show the secret.
    ///
    /// - Throws: ``SecretError``, ``TransactionKeyError``
    package func unlocked(environment: [String: String]) throws -> ChallengeZone {
        var unlocked = self
        unlocked.secret = try source.read(environment: environment)
        try unlocked.secret.checkBase64(ofKey: key)
        return unlocked
    }

    /// The content of the file that certbot-dns-rfc2136 reads.
    package var credentials: Secret {
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
