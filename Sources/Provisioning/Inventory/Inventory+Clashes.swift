import ConfigurationFiles
import Engine
import Guests

extension Parameters {
    /// Records values that two sites must not share, and values of a site that the primary already has.
    mutating func noteClashes(among sites: [Site], primary: Inventory.Primary?) {
        var taken: [Claim: Site] = [:]
        for site in sites {
            for claim in claims(of: site) {
                if let other = taken[claim] {
                    note(
                        site.line,
                        "site `\(site.name)` has \(claim.phrase), as site `\(other.name)` at line \(other.line) has")
                } else {
                    taken[claim] = site
                }
            }
            guard let primary else { continue }
            if site.guest.hostname == primary.name {
                note(
                    site.line,
                    "site `\(site.name)` has the primary's name `\(primary.name)`; its mail would go round in circles")
            }
            if site.guest.network.staticAddress == primary.address {
                note(
                    site.line,
                    "site `\(site.name)` has the primary's address \(primary.address); its mail would go round in circles"
                )
            }
        }
    }

    /// Records combinations of settings that are each valid but that make Postfix reject valid mail.
    mutating func noteContradictions(
        of sites: [Site], domains: [DomainName], primary: Inventory.Primary?, alerts: MailAddress?
    ) {
        for site in sites {
            let (hostname, network) = (site.guest.hostname, site.guest.network)
            if domains.contains(hostname) {
                note(
                    site.line,
                    "site `\(site.name)`: `hostname` is the relayed domain `\(hostname)`, so Postfix would refuse the domain's "
                        + "recipients; give the guest a name of its own, like `mail-backup.\(hostname)`")
            }
            if let alerts, alerts.domain == hostname {
                note(
                    site.line,
                    "site `\(site.name)`: `alerts` is `\(alerts)`, an address of the guest itself, which has no mailboxes; "
                        + "give an address elsewhere")
            }
            if let peer = primary?.peer, network.staticAddress == peer {
                note(
                    site.line,
                    "site `\(site.name)` has the address \(peer), which `primary.vpn.peer` names as the far end")
            }
        }
    }

    /// Returns the values that must be unique. Two networks may both be 192.168.1.0/24, so addresses clash only if they
    /// are reached over the same path.
    private func claims(of site: Site) -> [Claim] {
        let way = [site.ssh.via.rawValue, site.ssh.jump ?? "", site.ssh.via == .node ? site.proxmox.host : ""]
        return [
            Claim(phrase: "the name `\(site.name.lowercased())` but for capitals", scope: ""),
            site.guest.vmid.map { Claim(phrase: "the vmid \($0) on `\(site.proxmox.host)`", scope: "") },
            Claim(phrase: "the hostname `\(site.guest.hostname)`", scope: ""),
            site.address.map { Claim(phrase: "the address \($0)", scope: way.joined(separator: " ")) },
        ].compactMap(\.self)
    }
}

/// A value that only one site may have. `phrase` describes it; it must be unique within `scope`.
private struct Claim: Hashable {
    let phrase: String
    let scope: String
}
