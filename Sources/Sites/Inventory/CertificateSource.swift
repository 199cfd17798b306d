public import ConfigurationFiles
import Diagnostics
import Engine
package import Ingress
public import Resources

/// The source of the certificate that the guest serves on port 25.
public enum CertificateSource: Sendable, Hashable {
    /// The guest creates a self-signed certificate.
    case selfSigned
    /// PEM files of this machine: the private key, and the certificate with its chain.
    case files(key: String, chain: String)
    case acme(ACMESettings)

    /// The ports to which a certificate authority connects before it signs (RFC 8555, 8.3).
    package var ports: [NetworkPort] {
        if case .acme(let settings) = self, settings.challenge == .http { [NetworkPort(80)] } else { [] }
    }
}

/// A certificate authority that issues certificates automatically (RFC 8555), and how to request one.
public struct ACMESettings: Sendable, Hashable {
    /// How the guest proves that it controls its name (RFC 8555, 8.3 and 8.4).
    public enum Challenge: Sendable, Hashable {
        /// The authority connects to port 80 of the guest.
        case http
        /// The guest adds a TXT record to the zone.
        case dns(ChallengeUpdates)

        public var name: String {
            switch self {
            case .http: "http-01"
            case .dns: "dns-01"
            }
        }
    }

    public var challenge: Challenge
    /// The URL of the authority's directory (RFC 8555, 7.1.1).
    public var directory: String
    /// The address of the account; nil for the inventory's `alerts`.
    public var email: MailAddress?
    public var key: ACMECertificate.KeyType
    /// A PEM file of additional root certificates for the authority's own HTTPS server, beside Debian's.
    public var authority: String?
}

/// The server on which the guest creates the TXT record of a `dns-01` challenge, by RFC 2136.
public struct ChallengeUpdates: Sendable, Hashable {
    /// The server, by its address.
    public var server: NameServer
    public var key: TransactionKey
    /// Time in seconds until all servers of the zone have the record.
    public var propagation: Int
}

extension CertificateSource {
    /// Reads the source of a certificate. Returns nil if a mistake was found.
    ///
    /// - Parameter updates: the server that accepts changes of the zones, for a `dns-01` challenge.
    package init?(_ parameters: inout Parameters, updates: ZoneUpdateAccess?) {
        switch parameters.exactlyOne(of: ["acme", "files"], for: "get a certificate") {
        case "acme"?:
            let settings = parameters.section("acme") { ACMESettings(&$0, updates: updates) } ?? nil
            guard let settings else { return nil }
            self = .acme(settings)
        case _?:
            let files = parameters.section("files") { part in
                (key: part.pem(in: "key", .privateKey).path, chain: part.pem(in: "chain", .certificate).path)
            }
            guard let files else { return nil }
            self = .files(key: files.key, chain: files.chain)
        case nil: return nil
        }
    }
}

extension ACMESettings {
    /// The directory of Let's Encrypt.
    static let usualDirectory = "https://acme-v02.api.letsencrypt.org/directory"

    private enum ChallengeName: String, CaseIterable {
        case http = "http-01"
        case dns = "dns-01"
    }

    fileprivate init?(_ parameters: inout Parameters, updates: ZoneUpdateAccess?) {
        let name = parameters.choice("challenge", of: ChallengeName.self)
        let directory: DirectoryURL? = parameters.optionalValue("directory")
        let email: MailAddress? = parameters.optionalValue("email")
        let key = parameters.choice("key", default: ACMECertificate.KeyType.ecdsa)
        let authority = parameters.optionalPath("authority")
        if let authority { _ = parameters.pem(at: authority, of: "authority", .certificate) }
        let tsig = parameters.optionalSection("tsig") { TransactionKey(&$0) } ?? nil
        let propagation = parameters.optionalInteger("propagation", in: 0...3600)
        let challenge: Challenge
        switch name {
        case .http:
            for key in ["tsig", "propagation"] where parameters.keys.contains(key) {
                parameters.wrong(key, "`\(key)` is not valid with the challenge `http-01`; remove it, or use `dns-01`")
            }
            challenge = .http
        case .dns:
            guard let updates else {
                guard parameters.isKnown(outside: "dns") else { return nil }
                parameters.wrong(
                    "challenge",
                    "`challenge` is `dns-01`, but no server accepts updates of the zone; set `dns.update` with a server and a key"
                )
                return nil
            }
            if IPAddress(updates.server.host) == nil {
                parameters.wrong(
                    "challenge",
                    "`challenge` is `dns-01`, but `dns.update.server` is `\(updates.server.host)`; certbot requires an IP address there"
                )
            }
            challenge = .dns(
                ChallengeUpdates(
                    server: updates.server,
                    key: tsig ?? updates.key,
                    // The default of certbot.
                    propagation: propagation ?? 60
                ))
        }
        self.init(
            challenge: challenge,
            directory: directory?.description ?? Self.usualDirectory,
            email: email,
            key: key,
            authority: authority
        )
    }
}
