/// What the sites have in common in the public DNS: who answers for the zones, and what the primary has there.
public struct DNSSettings: Sendable, Hashable {
    /// Seconds, of the records that are ours.
    public var ttl: Int
    /// Of the primary's MX, where it has none yet; one that is there may have any below the backup's.
    public var primaryPreference: Int
    /// The primary's public addresses; where there are none, its A and AAAA are somebody else's affair.
    public var primaryAddresses: [IPAddress]
    /// Beneath which the names of the records stand.
    public var zones: [DomainName]
    /// The servers to compare with; nil for those of the zones' NS records.
    public var authoritative: [NameServer]?
    /// The resolver to compare with; nil for this machine's own.
    public var resolver: NameServer?
    /// Nil where the zones are edited by hand.
    public var update: ZoneUpdateAccess?
}

/// Who takes changes of the zones by RFC 2136.
public struct ZoneUpdateAccess: Sendable, Hashable {
    public var server: NameServer
    public var key: TransactionKey
}

/// A TSIG key (RFC 8945).
public struct TransactionKey: Sendable, Hashable {
    /// What is safe today; BIND and nsupdate know more.
    public enum Algorithm: String, Sendable, Hashable, CaseIterable {
        case sha256 = "hmac-sha256"
        case sha384 = "hmac-sha384"
        case sha512 = "hmac-sha512"
    }

    /// As the server's own configuration calls it.
    public var name: String
    public var algorithm: Algorithm
    /// Gives the key in base64, as `tsig-keygen` prints it.
    public var secret: SecretSource
}

extension DNSSettings {
    /// A day would hold a mistake for a day; teardown waits for this long.
    static let usualTTL = 3600

    /// What an inventory without the section means.
    init(zones: [DomainName]) {
        self.init(ttl: Self.usualTTL, primaryPreference: 10, primaryAddresses: [], zones: zones)
    }

    /// - Parameter domains: the zones, where none are given.
    init(_ parameters: inout Parameters, domains: [DomainName]) {
        let primary = parameters.optionalSection("primary") { part in
            (
                preference: part.integer("preference", in: 0...65535, default: 10),
                addresses: part.optionalValues("addresses", as: IPAddress.self) ?? []
            )
        }
        self.init(
            ttl: parameters.integer("ttl", in: 1...86400, default: Self.usualTTL),
            primaryPreference: primary?.preference ?? 10,
            primaryAddresses: primary?.addresses ?? [],
            zones: parameters.optionalValues("zones") ?? domains,
            authoritative: parameters.optionalValues("authoritative"),
            resolver: parameters.optionalValue("resolver"),
            update: parameters.optionalSection("update") { ZoneUpdateAccess(&$0) } ?? nil
        )
    }
}

extension ZoneUpdateAccess {
    fileprivate init?(_ parameters: inout Parameters) {
        let server: NameServer? = parameters.value("server")
        let key = parameters.section("key") { TransactionKey(&$0) } ?? nil
        guard let server, let key else { return nil }
        self.init(server: server, key: key)
    }
}

extension TransactionKey {
    init?(_ parameters: inout Parameters) {
        let name: KeyName? = parameters.value("name")
        let algorithm = parameters.choice("algorithm", default: Algorithm.sha256)
        let secret = SecretSource(&parameters)
        guard let name, let secret else { return nil }
        self.init(name: name.description, algorithm: algorithm, secret: secret)
    }
}

/// A key is named like a host, of one label too.
struct KeyName: Notation {
    let description: String

    init(reading text: String) throws(Misfit) {
        let name = text.hasSuffix(".") ? String(text.dropLast()) : text
        guard name.wholeMatch(of: /[A-Za-z0-9_-]{1,63}(\.[A-Za-z0-9_-]{1,63})*/) != nil, name.count <= 253 else {
            throw Misfit(text: "`\(text)` is no name of a key: letters, digits, `-`, `_` and dots are wanted")
        }
        description = name.lowercased()
    }
}
