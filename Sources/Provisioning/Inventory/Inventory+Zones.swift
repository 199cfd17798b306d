import ConfigurationFiles
import Diagnostics
import Engine
public import Foundation
import Guests
public import Ingress
import Resources

extension DesiredZone {
    /// Returns nil if the inventory has no DNS settings for the site.
    public init?(_ site: Site, of inventory: Inventory) {
        guard let settings = site.dns else { return nil }
        self.init(
            site: site.name,
            host: RecordName(site.guest.hostname),
            primary: RecordName(inventory.primary.name),
            zones: inventory.dns.zones.map { RecordName($0) },
            domains: inventory.domains.map { RecordName($0) },
            ttl: inventory.dns.ttl,
            settings: settings,
            primaryPreference: inventory.dns.primaryPreference,
            primaryAddresses: inventory.dns.primaryAddresses
        )
    }
}

extension ZonePublication {
    /// Returns nil if the inventory has no DNS settings for the site. Connects to nothing yet.
    public init?(
        _ site: Site,
        of inventory: Inventory,
        environment: [String: String] = ProcessInfo.processInfo.environment
    ) {
        guard let desired = DesiredZone(site, of: inventory) else { return nil }
        self.init(desired, inventory.dns, environment: environment)
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
                    "site `\(site.name)` has the MX preference \(own.preference); expected more than the primary's \(dns.primaryPreference), because senders try the lowest first"
                )
            }
        }
    }

    private mutating func noteOutside(_ name: DomainName, of dns: DNSSettings, line: Int, phrase: String) {
        guard !dns.zones.contains(where: { RecordName(name).isWithin(RecordName($0)) }) else { return }
        let zones = dns.zones.isEmpty ? "" : " \(quoted(dns.zones.map(\.description)))"
        note(line, "\(phrase) is in none of the zones\(zones); add the zone that contains it to `dns.zones`")
    }
}
