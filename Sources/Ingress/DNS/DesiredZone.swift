package import ConfigurationFiles
import Engine

/// The records that the public DNS should have for a site's guest and for the primary, derived from the inventory
/// alone.
public struct DesiredZone: Sendable, Hashable {
    /// The mail domains whose MX the guest is in addition to a primary.
    public struct Exchange: Sendable, Hashable {
        public let primary: RecordName
        public let domains: [RecordName]

        package init(primary: RecordName, domains: [RecordName]) {
            self.primary = primary
            self.domains = domains
        }
    }

    /// The stages in which records are published, in this order. They are withdrawn in reverse order.
    public enum Stage: Sendable, Hashable, CaseIterable {
        /// The guest's name: addresses, TLSA, SPF. It is always safe to publish, and a certificate requires it.
        case host
        /// The MX to the guest. It is published only if the guest passes the verification.
        case exchange
    }

    public let site: String
    /// The guest's host name, which its MX points to.
    public let host: RecordName
    public let exchange: Exchange?
    public let zones: [RecordName]
    /// The TTL in seconds.
    public let ttl: Int
    public let settings: SiteDNSSettings
    package let primaryPreference: Int
    let primaryAddresses: [IPAddress]

    package init(
        site: String,
        host: RecordName,
        zones: [RecordName],
        exchange: Exchange?,
        ttl: Int,
        settings: SiteDNSSettings,
        primaryPreference: Int,
        primaryAddresses: [IPAddress]
    ) {
        self.site = site
        self.host = host
        self.zones = zones
        self.exchange = exchange
        self.ttl = ttl
        self.settings = settings
        self.primaryPreference = primaryPreference
        self.primaryAddresses = primaryAddresses
    }

    /// The primary of the mail domains, or nil if there are none.
    public var primary: RecordName? { exchange?.primary }
    /// The mail domains; empty if the guest serves none.
    public var domains: [RecordName] { exchange?.domains ?? [] }

    /// Returns the zone of a name: the longest zone that contains it, or nil if none does.
    public func zone(of name: RecordName) -> RecordName? {
        zones.filter { name.isWithin($0) }.max { $0.description.count < $1.description.count }
    }
}

extension DesiredZone {
    /// The records that belong to the guest, and are removed with it.
    package var own: [ZoneRecord] { own(.exchange) + own(.host) }

    package func own(_ stage: Stage) -> [ZoneRecord] {
        switch stage {
        case .exchange:
            domains.map { ZoneRecord($0, ttl: ttl, .mailExchange(preference: settings.preference, host: host)) }
        case .host:
            settings.addresses.map { ZoneRecord(host, ttl: ttl, .address($0)) }
                + settings.tlsa.map { ZoneRecord(tlsaName, ttl: ttl, .certificate($0)) }
        }
    }

    /// Returns the primary's records. Missing ones are added; none is ever removed.
    func ofPrimary(_ stage: Stage) -> [ZoneRecord] {
        guard let primary else { return [] }
        return switch stage {
        case .exchange:
            domains.map { ZoneRecord($0, ttl: ttl, .mailExchange(preference: primaryPreference, host: primary)) }
        case .host: primaryAddresses.map { ZoneRecord(primary, ttl: ttl, .address($0)) }
        }
    }

    var tlsaName: RecordName { RecordName("_25._tcp." + host.description) }

    /// The PTR records that the owners of the addresses' networks should have.
    package var pointers: [ZoneRecord] {
        settings.addresses.map { ZoneRecord($0.reverseName, ttl: ttl, .pointer(host)) }
    }

    /// The domains' SPF records for the case that the guest is the only other sender.
    package var senderPolicies: [ZoneRecord] {
        domains.map { ZoneRecord($0, ttl: ttl, .text(SenderPolicy.minimal.permitting(host).strings)) }
    }

    /// The queries that determine which of these records the zones have.
    package var questions: [RecordSetName] {
        var names = domains.map { RecordSetName(name: $0, type: .mx) }
        names += domains.map { RecordSetName(name: $0, type: .txt) }
        names += [RecordSetName(name: host, type: .a), RecordSetName(name: host, type: .aaaa)]
        // Always queried: a leftover TLSA record makes senders refuse the certificate.
        names.append(RecordSetName(name: tlsaName, type: .tlsa))
        guard let primary else { return names }
        for type in Set(primaryAddresses.map { RecordData.address($0).type }).sorted(by: { "\($0)" < "\($1)" }) {
            names.append(RecordSetName(name: primary, type: type))
        }
        return names
    }

    /// The lines to add to the domains' MTA-STS policy (RFC 8461, 3.2), if they have one.
    public var strictTransportLines: [String] { [primary, host].compactMap(\.self).map { "mx: \($0)" } }
}
