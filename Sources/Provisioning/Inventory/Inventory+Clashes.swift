extension Parameters {
    /// Notes what two sites cannot both have, and what no site can have because the primary has it.
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

    /// Notes settings that are each valid and that no Postfix can have at the same time: good mail would be refused.
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
        guard let primary else { return }
        if primary.address.isUnusableByOthers {
            wrong(
                "primary",
                "`primary.address` is \(primary.address), which leads every guest to itself; give the primary's VPN address"
            )
        }
    }

    /// Two networks may both be 192.168.1.0/24: addresses clash where the same way leads to them.
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

/// What only one site can have: the phrase says what, and within the scope nobody else may.
private struct Claim: Hashable {
    let phrase: String
    let scope: String
}
