/// What a site's guest has in the public DNS.
public struct SiteDNSSettings: Sendable, Hashable {
    /// What becomes of the domain's SPF record.
    public enum SPF: String, Sendable, Hashable, CaseIterable {
        /// Nothing; the line is printed with what is to be known about it.
        case offer
        /// The guest's name is put into it.
        case add
    }

    /// Under which senders reach the guest: public ones, not those of the VPN.
    public var addresses: [IPAddress]
    /// Of the guest's MX; above the primary's.
    public var preference: Int
    public var spf: SPF
    /// Of the certificate that the guest serves on port 25.
    public var tlsa: [CertificateAssociation]
}

extension SiteDNSSettings {
    init?(_ parameters: inout Parameters) {
        let addresses = parameters.values("addresses", as: IPAddress.self)
        if addresses.isEmpty, parameters.keys.contains("addresses") {
            parameters.wrong("addresses", "`addresses` has no address; an MX without one reaches nobody")
        }
        let preference = parameters.integer("preference", in: 1...65535, default: 20)
        let spf = parameters.choice("spf", default: SPF.offer)
        let tlsa = parameters.optionalValues("tlsa", as: CertificateAssociation.self) ?? []
        guard !addresses.isEmpty else { return nil }
        self.init(addresses: addresses, preference: preference, spf: spf, tlsa: tlsa)
    }
}

extension Parameters {
    /// Notes what the zones cannot have: a name outside of them, a backup that senders would prefer.
    mutating func noteMisplaced(in dns: DNSSettings, domains: [DomainName], primary: Inventory.Primary?, sites: [Site])
    {
        guard let first = sites.first(where: { $0.dns != nil }) else { return }
        for domain in domains { noteOutside(domain, of: dns, line: first.line, phrase: "the domain `\(domain)`") }
        if let primary, !dns.primaryAddresses.isEmpty {
            noteOutside(primary.name, of: dns, line: line(of: "dns"), phrase: "the primary `\(primary.name)`")
        }
        for site in sites {
            guard let own = site.dns else { continue }
            let hostname = site.guest.hostname
            noteOutside(
                hostname, of: dns, line: site.line, phrase: "the hostname `\(hostname)` of site `\(site.name)`")
            if own.preference <= dns.primaryPreference {
                note(
                    site.line,
                    "site `\(site.name)` has the MX preference \(own.preference); the primary's \(dns.primaryPreference) must be lower, as senders try the lowest first"
                )
            }
        }
    }

    private mutating func noteOutside(_ name: DomainName, of dns: DNSSettings, line: Int, phrase: String) {
        guard !dns.zones.contains(where: { RecordName(name).isWithin(RecordName($0)) }) else { return }
        let zones = dns.zones.isEmpty ? "" : ", \(quoted(dns.zones.map(\.description)))"
        note(line, "\(phrase) is in none of the zones\(zones); add the zone that holds it to `dns.zones`")
    }
}
