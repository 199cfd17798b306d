public import ConfigurationFiles
import Engine
import Guests
import Ingress

extension Inventory {
    /// Returns the values of each `{{ name }}` of a playbook for a site.
    public func variables(for site: Site) -> [String: Variable] {
        var variables: [String: Variable] = [
            "inventory": .text(name),
            "site": .text(site.name),
            "hostname": .text(site.guest.hostname.description),
            "ssh.port": .text(String(site.ssh.port)),
        ]
        variables["guest.address"] = site.address.map { .text($0) }
        for place in FirewallPlace.allCases {
            variables["firewall.\(place.rawValue)"] = .flag(site.firewall.contains(place))
        }
        for (name, value) in site.variables { variables["vars." + name] = value }
        let isKeyPublished = site.dns?.tlsa.isEmpty == false
        return
            variables
            .merging(site.certificate.variables(contact: role?.contact, keepingKey: isKeyPublished)) { own, _ in own }
            .merging(role?.variables(for: site) ?? [:]) { own, _ in own }
    }
}
