public import ConfigurationFiles
import Engine
import Guests
import Ingress

extension Inventory {
    /// Returns the values of each `{{ name }}` of a playbook for a site.
    ///
    /// - Parameter acceptsShrink: whether a list of recipients may lose more than a fifth of its entries.
    public func variables(for site: Site, acceptsShrink: Bool = false) -> [String: Variable] {
        var variables: [String: Variable] = [
            "inventory": .text(name),
            "site": .text(site.name),
            "domain": .text(domains.first?.description ?? ""),
            "domains": .list(domains.map(\.description)),
            "domains.line": .text(domains.map(\.description).joined(separator: ", ")),
            "alerts": .text(alerts.description),
            "primary.name": .text(primary.name.description),
            "primary.address": .text(primary.address.description),
            "primary.port": .text(String(primary.port)),
            "primary.peer": .text((primary.peer ?? primary.address).description),
            "primary.nexthop": .text("[\(primary.address.literal)]:\(primary.port)"),
            "hostname": .text(site.guest.hostname.description),
            "ssh.port": .text(String(site.ssh.port)),
        ]
        variables["guest.address"] = site.address.map { .text($0) }
        for place in FirewallPlace.allCases {
            variables["firewall.\(place.rawValue)"] = .flag(site.firewall.contains(place))
        }
        let isKeyPublished = site.dns?.tlsa.isEmpty == false
        return
            variables
            .merging(alertVariables(for: site)) { own, _ in own }
            .merging(recipientVariables(for: site, acceptsShrink: acceptsShrink)) { own, _ in own }
            .merging(site.certificate.variables(alerts: alerts, keepingKey: isKeyPublished)) { own, _ in own }
    }
}
