import Alerts
import ConfigurationFiles
import Engine
import Guests
import Ingress
import Sites

extension Parameters {
    /// Records values of sites that the primary already has.
    mutating func noteClashes(of sites: [Site], with primary: PrimaryServer?) {
        guard let primary else { return }
        for site in sites {
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
        of sites: [Site], domains: [DomainName], primary: PrimaryServer?, alerts: MailAddress?
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

    /// Reports what the zones cannot have: a name outside of them, or a backup MX that senders would prefer.
    mutating func noteMisplaced(
        in dns: DNSSettings, domains: [DomainName], primary: PrimaryServer?, sites: [Site]
    ) {
        guard isKnown("dns"), let first = sites.first(where: { $0.dns != nil }) else { return }
        for domain in domains { noteOutside(domain, of: dns, line: first.line, phrase: "the domain `\(domain)`") }
        if let primary, !dns.primaryAddresses.isEmpty {
            noteOutside(primary.name, of: dns, line: line(of: "dns"), phrase: "the primary `\(primary.name)`")
        }
        for site in sites {
            guard let own = site.dns, own.preference <= dns.primaryPreference else { continue }
            note(
                site.line,
                "site `\(site.name)` has the MX preference \(own.preference); expected more than the primary's \(dns.primaryPreference), because senders try the lowest first"
            )
        }
    }
}
