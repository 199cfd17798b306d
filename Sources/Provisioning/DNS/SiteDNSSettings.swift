public import ConfigurationFiles
import Diagnostics
import Resources

/// The public DNS settings of a site's guest.
public struct SiteDNSSettings: Sendable, Hashable {
    /// How the domain's SPF record is handled.
    public enum SPF: String, Sendable, Hashable, CaseIterable {
        /// The record is not changed; the line to add is printed with an explanation.
        case offer
        /// The guest's name is added to the record.
        case add
    }

    /// The public addresses at which senders reach the guest, not those of the VPN.
    public var addresses: [IPAddress]
    /// The preference of the guest's MX. It must be greater than the primary's.
    public var preference: Int
    public var spf: SPF
    /// The TLSA records for the certificate that the guest serves on port 25.
    public var tlsa: [CertificateAssociation]
}

extension SiteDNSSettings {
    init?(_ parameters: inout Parameters) {
        let addresses = parameters.values("addresses", as: IPAddress.self)
        if addresses.isEmpty, parameters.keys.contains("addresses"), parameters.isKnown("addresses") {
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
    /// Reports what the zones cannot have: a name outside of them, or a backup MX that senders would prefer.
    mutating func noteMisplaced(in dns: DNSSettings, domains: [DomainName], primary: Inventory.Primary?, sites: [Site])
    {
        guard isKnown("dns"), let first = sites.first(where: { $0.dns != nil }) else { return }
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
