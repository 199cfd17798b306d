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
                        "site `\(site.name)`: \(claim.phrase) is already used by site `\(other.name)` at line \(other.line)"
                    )
                } else {
                    taken[claim] = site
                }
            }
            guard let primary else { continue }
            if site.guest.hostname == primary.name {
                note(
                    site.line,
                    "site `\(site.name)`: `hostname` is the primary's name `\(primary.name)`, which causes a mail loop; set another name"
                )
            }
            if site.guest.network.staticAddress == primary.address {
                note(
                    site.line,
                    "site `\(site.name)`: `address` is the primary's address \(primary.address), which causes a mail loop; set another address"
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
                    "site `\(site.name)`: `hostname` is the relayed domain `\(hostname)`, so Postfix would reject the domain's "
                        + "recipients; set another name, like `mail-backup.\(hostname)`")
            }
            if let alerts, alerts.domain == hostname {
                note(
                    site.line,
                    "site `\(site.name)`: `alerts` is `\(alerts)`, an address of the guest itself, which has no mailboxes; "
                        + "set an address on another server")
            }
            if let peer = primary?.peer, network.staticAddress == peer {
                note(
                    site.line,
                    "site `\(site.name)`: `address` is \(peer), the same as `primary.vpn.peer`; expected another address"
                )
            }
        }
    }

    /// Returns the values that must be unique. Two networks may both be 192.168.1.0/24, so addresses clash only if they
    /// are reached over the same path.
    private func claims(of site: Site) -> [Claim] {
        let way = [site.ssh.via.rawValue, site.ssh.jump ?? "", site.ssh.via == .node ? site.proxmox.host : ""]
        return [
            Claim(phrase: "the name `\(site.name.lowercased())` (ignoring case)", scope: ""),
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
