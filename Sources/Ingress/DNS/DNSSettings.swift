public import ConfigurationFiles
import Engine

/// The public DNS settings that all sites share: the name servers of the zones, and the primary's records.
public struct DNSSettings: Sendable, Hashable {
    /// The TTL of our records in seconds.
    public var ttl: Int
    /// The preference of the primary's MX if the MX must be created. An existing one may have any preference below the
    /// backup's.
    public var primaryPreference: Int
    /// The primary's public addresses. If empty, its A and AAAA records are not managed.
    public var primaryAddresses: [IPAddress]
    /// The zones that contain the names of the records.
    public var zones: [DomainName]
    /// The servers to compare with; nil for the servers in the zones' NS records.
    public var authoritative: [NameServer]?
    /// The resolver to compare with; nil for this machine's resolver.
    public var resolver: NameServer?
    /// Nil if the zones are edited manually.
    public var update: ZoneUpdateAccess?
}

/// The server that accepts zone updates by RFC 2136, and the key for it.
public struct ZoneUpdateAccess: Sendable, Hashable {
    public var server: NameServer
    public var key: TransactionKey
}

extension DNSSettings {
    /// The default TTL in seconds. With a day, a mistake would last for a day; teardown waits for this long.
    static let usualTTL = 3600

    /// The settings of an inventory without the section.
    package init(zones: [DomainName]) {
        self.init(ttl: Self.usualTTL, primaryPreference: 10, primaryAddresses: [], zones: zones)
    }

    /// - Parameter domains: the zones if the section has none.
    package init(_ parameters: inout Parameters, domains: [DomainName]) {
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
