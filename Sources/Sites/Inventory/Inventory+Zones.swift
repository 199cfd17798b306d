package import ConfigurationFiles
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
            zones: inventory.dns.zones.map { RecordName($0) },
            exchange: inventory.role?.exchange,
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
    /// Reports host names that none of the zones contains.
    package mutating func noteMisplaced(in dns: DNSSettings, sites: [Site]) {
        guard isKnown("dns") else { return }
        for site in sites where site.dns != nil {
            let hostname = site.guest.hostname
            noteOutside(
                hostname, of: dns, line: site.line, phrase: "the hostname `\(hostname)` of site `\(site.name)`")
        }
    }

    package mutating func noteOutside(_ name: DomainName, of dns: DNSSettings, line: Int, phrase: String) {
        guard !dns.zones.contains(where: { RecordName(name).isWithin(RecordName($0)) }) else { return }
        let zones = dns.zones.isEmpty ? "" : " \(quoted(dns.zones.map(\.description)))"
        note(line, "\(phrase) is in none of the zones\(zones); add the zone that contains it to `dns.zones`")
    }
}
