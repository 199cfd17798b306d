/// Where the certificate comes from that the guest serves on port 25.
public enum CertificateSource: Sendable, Hashable {
    /// The guest makes one for itself.
    case selfSigned
    /// PEM files of this machine: the private key, and the certificate with those that lead to its authority.
    case files(key: String, chain: String)
    case acme(ACMESettings)

    /// Whether an authority comes to port 80 of the guest before it signs.
    var comesByHTTP: Bool {
        if case .acme(let settings) = self { settings.challenge == .http } else { false }
    }
}

/// An authority that issues certificates by itself (RFC 8555), and how it is to be asked.
public struct ACMESettings: Sendable, Hashable {
    public enum KeyType: String, Sendable, Hashable, CaseIterable {
        /// NIST P-256.
        case ecdsa
        /// 2048 bits.
        case rsa
    }

    /// How the guest proves that it has its name (RFC 8555, 8.3 and 8.4).
    public enum Challenge: Sendable, Hashable {
        /// The authority comes to port 80 of the guest.
        case http
        /// The guest puts a TXT record into the zone.
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
    /// Of the account; nil for the inventory's `alerts`.
    public var email: MailAddress?
    public var key: KeyType
    /// A PEM file of those that the authority's own HTTPS is trusted by, beside Debian's.
    public var authority: String?
}

/// Where the guest puts the TXT record of a `dns-01` challenge, by RFC 2136.
public struct ChallengeUpdates: Sendable, Hashable {
    /// By its address.
    public var server: NameServer
    public var key: TransactionKey
    /// Seconds until all of the zone's servers have the record.
    public var propagation: Int
}

extension CertificateSource {
    /// - Parameter updates: who takes changes of the zones; a `dns-01` challenge goes there.
    init?(_ parameters: inout Parameters, updates: ZoneUpdateAccess?) {
        switch parameters.exactlyOne(of: ["acme", "files"], for: "get a certificate from") {
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
    /// Let's Encrypt's.
    static let usualDirectory = "https://acme-v02.api.letsencrypt.org/directory"

    private enum ChallengeName: String, CaseIterable {
        case http = "http-01"
        case dns = "dns-01"
    }

    fileprivate init?(_ parameters: inout Parameters, updates: ZoneUpdateAccess?) {
        let name = parameters.choice("challenge", of: ChallengeName.self)
        let directory: DirectoryURL? = parameters.optionalValue("directory")
        let email: MailAddress? = parameters.optionalValue("email")
        let key = parameters.choice("key", default: KeyType.ecdsa)
        let authority = parameters.optionalPath("authority")
        if let authority { _ = parameters.pem(at: authority, of: "authority", .certificate) }
        let tsig = parameters.optionalSection("tsig") { TransactionKey(&$0) } ?? nil
        let propagation = parameters.optionalInteger("propagation", in: 0...3600)
        let challenge: Challenge
        switch name {
        case .http:
            for key in ["tsig", "propagation"] where parameters.keys.contains(key) {
                parameters.wrong(key, "`\(key)` is given, and only a `dns-01` challenge changes the zone")
            }
            challenge = .http
        case .dns:
            guard let updates else {
                parameters.wrong(
                    "challenge",
                    "`challenge` is `dns-01`, and nobody takes changes of the zone; give `dns.update` with a server and a key"
                )
                return nil
            }
            if IPAddress(updates.server.host) == nil {
                parameters.wrong(
                    "challenge",
                    "`challenge` is `dns-01`, for which certbot wants the address of `dns.update.server`; it is `\(updates.server.host)`"
                )
            }
            challenge = .dns(
                ChallengeUpdates(
                    server: updates.server,
                    key: tsig ?? updates.key,
                    // What certbot waits by itself.
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

/// The URL of an ACME directory: `https`, as RFC 8555, 6.1 demands.
struct DirectoryURL: Notation {
    let description: String
    private static let form = Pattern(/https:\/\/[A-Za-z0-9.-]+(:[0-9]{1,5})?(\/[A-Za-z0-9._~\/-]*)?/)

    init(reading text: String) throws(Misfit) {
        guard Self.form.fits(text) else {
            throw Misfit(text: "`\(text)` is no directory of an ACME server; an `https://` URL is wanted")
        }
        description = text
    }
}
