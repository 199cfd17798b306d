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
    mutating func noteMisplaced(in dns: DNSSettings, sites: [Site]) {
        for site in sites {
            guard let own = site.dns else { continue }
            if own.preference <= dns.primaryPreference {
                note(
                    site.line,
                    "site `\(site.name)` has the MX preference \(own.preference); the primary's \(dns.primaryPreference) must be lower, as senders try the lowest first"
                )
            }
            let name = RecordName(site.guest.hostname)
            if !dns.zones.contains(where: { name.isWithin(RecordName($0)) }) {
                note(
                    site.line,
                    "site `\(site.name)` has the hostname `\(name)`, which is in none of the zones \(quoted(dns.zones.map(\.description))); add its zone to `dns.zones`"
                )
            }
        }
    }
}
