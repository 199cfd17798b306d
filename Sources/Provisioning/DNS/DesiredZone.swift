/// What the public DNS is to say of a site's guest and of the primary, derived from the inventory alone.
public struct DesiredZone: Sendable, Hashable {
    /// In which order the parts are published; withdrawn in the other.
    public enum Stage: Sendable, Hashable, CaseIterable {
        /// The guest has a name: addresses, TLSA, SPF. Harmless at any time, and what a certificate is issued for.
        case host
        /// Senders are sent to the guest. Only where it answers as it must.
        case exchange
    }

    public let site: String
    /// The guest's name, the one that its MX points to.
    public let host: RecordName
    public let primary: RecordName
    public let zones: [RecordName]
    public let domains: [RecordName]
    /// Seconds.
    public let ttl: Int
    public let settings: SiteDNSSettings
    let primaryPreference: Int
    let primaryAddresses: [IPAddress]

    /// Nil where the inventory says nothing of the site's DNS.
    public init?(_ site: Site, of inventory: Inventory) {
        guard let settings = site.dns else { return nil }
        self.site = site.name
        self.settings = settings
        host = RecordName(site.guest.hostname)
        primary = RecordName(inventory.primary.name)
        zones = inventory.dns.zones.map { RecordName($0) }
        domains = inventory.domains.map { RecordName($0) }
        ttl = inventory.dns.ttl
        primaryPreference = inventory.dns.primaryPreference
        primaryAddresses = inventory.dns.primaryAddresses
    }

    /// The zone that a name stands in: the longest of those that hold it.
    public func zone(of name: RecordName) -> RecordName? {
        zones.filter { name.isWithin($0) }.max { $0.description.count < $1.description.count }
    }
}

extension DesiredZone {
    /// The records that are the guest's own, and go when it goes.
    var own: [ZoneRecord] { own(.exchange) + own(.host) }

    func own(_ stage: Stage) -> [ZoneRecord] {
        switch stage {
        case .exchange:
            domains.map { ZoneRecord($0, ttl: ttl, .mailExchange(preference: settings.preference, host: host)) }
        case .host:
            settings.addresses.map { ZoneRecord(host, ttl: ttl, .address($0)) }
                + settings.tlsa.map { ZoneRecord(tlsaName, ttl: ttl, .certificate($0)) }
        }
    }

    /// The primary's records. They are added where they are missing, and never taken away.
    func ofPrimary(_ stage: Stage) -> [ZoneRecord] {
        switch stage {
        case .exchange:
            domains.map { ZoneRecord($0, ttl: ttl, .mailExchange(preference: primaryPreference, host: primary)) }
        case .host: primaryAddresses.map { ZoneRecord(primary, ttl: ttl, .address($0)) }
        }
    }

    var tlsaName: RecordName { RecordName("_25._tcp." + host.description) }

    /// What the owners of the addresses' networks are to say.
    var pointers: [ZoneRecord] {
        settings.addresses.map { ZoneRecord($0.reverseName, ttl: ttl, .pointer(host)) }
    }

    /// The domains' SPF record as it is without any other sender.
    var senderPolicies: [ZoneRecord] {
        domains.map { ZoneRecord($0, ttl: ttl, .text(SenderPolicy.minimal.permitting(host).strings)) }
    }

    /// What has to be asked to know how far the zones say all this.
    var questions: [RecordSetName] {
        var names = domains.map { RecordSetName(name: $0, type: .mx) }
        names += domains.map { RecordSetName(name: $0, type: .txt) }
        names += [RecordSetName(name: host, type: .a), RecordSetName(name: host, type: .aaaa)]
        // Whether or not the inventory gives any: one that is left behind makes senders refuse the certificate.
        names.append(RecordSetName(name: tlsaName, type: .tlsa))
        for type in Set(primaryAddresses.map { RecordData.address($0).type }).sorted(by: { "\($0)" < "\($1)" }) {
            names.append(RecordSetName(name: primary, type: type))
        }
        return names
    }

    /// The lines to add to the `mx:` lines of the domains' MTA-STS policy (RFC 8461, 3.2), where they have one.
    public var strictTransportLines: [String] { [primary, host].map { "mx: \($0)" } }
}
