import ConfigurationFiles
import Diagnostics
package import Guests

/// A place where mail to a guest is filtered.
public enum FirewallPlace: String, Sendable, Hashable, CaseIterable {
    /// ufw in the guest, configured by the playbook's steps.
    case guest
    /// Proxmox's firewall, between the bridge and the guest.
    case proxmox
    /// ufw on the Proxmox node.
    case node
}

extension Parameters {
    /// Reads the places of a site. The default is the guest.
    package mutating func firewallPlaces() -> Set<FirewallPlace> {
        guard let texts = optionalStrings("firewall") else { return [.guest] }
        let words = quoted(FirewallPlace.allCases.map(\.rawValue))
        if texts.isEmpty { wrong("firewall", "`firewall` is empty; expected one or more of \(words)") }
        let places = texts.enumerated().compactMap { item, text in
            let place = FirewallPlace(rawValue: text)
            if place == nil {
                wrong("firewall", item: item, "`firewall` contains `\(text)`; expected one or more of \(words)")
            }
            return place
        }
        return Set(places)
    }

    /// Reports settings that a place requires but the rest of the site does not have.
    package mutating func noteMissing(for places: Set<FirewallPlace>, network: GuestNetwork, ssh: SSHAccess) {
        if places.contains(.proxmox), network.firewall == false {
            wrong(
                "firewall",
                "`firewall` contains `proxmox`, but `guest: network: firewall` is false, so the rules would have no effect"
            )
        }
        if places.contains(.node), ssh.node == nil {
            wrong("firewall", "`firewall` contains `node`, but `ssh` has no section `node`")
        }
    }
}
