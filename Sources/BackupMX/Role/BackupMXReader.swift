import Alerts
import ConfigurationFiles
import Engine
import Ingress
import Resources
import Sites

/// Reads the keys of the role backup-mx.
struct BackupMXReader: RoleReader {
    private let domains: [DomainName]
    private let primary: PrimaryServer?
    private let listed: [MailAddress]
    private let sources: RecipientSources
    private let alerts: MailAddress?
    private let drill: DrillSettings?
    private let channels: [AlertChannel]
    private let monitor: MonitorSettings
    /// Whether the inventory says how to log in on the primary.
    private var hasLogin = true
    private var siteChannels: [String: [AlertChannel]] = [:]

    init(_ parameters: inout Parameters) {
        let domains = parameters.domains()
        var hasLogin = true
        let primary =
            parameters.section("primary") { part in
                hasLogin = part.keys.contains("ssh")
                return PrimaryServer(&part)
            } ?? nil
        let (listed, sources) = parameters.recipients(in: domains)
        let all = listed + Self.duties(of: domains).filter { !listed.contains($0) }
        let (areRecipientsKnown, isPrimaryKnown) = (parameters.isKnown("recipients"), parameters.isKnown("primary"))
        alerts = parameters.alerts(outside: domains)
        drill =
            parameters.optionalSection("drill") { part in
                part.drillSettings(
                    for: all, in: domains,
                    isClosed: !sources.isPulled && sources.catchAll.isEmpty && areRecipientsKnown,
                    hasLogin: primary?.ssh?.user != nil || !isPrimaryKnown)
            } ?? nil
        channels = parameters.alertChannels(
            "alert", apartFrom: RelayedMail(domains: domains, primary: primary.map { ($0.name, $0.address) }))
        monitor = parameters.optionalSection("monitor") { MonitorSettings(&$0) } ?? MonitorSettings()
        (self.domains, self.primary, self.listed, self.sources) = (domains, primary, all, sources)
        self.hasLogin = hasLogin
    }

    var zones: [DomainName] { domains }

    mutating func read(_ site: inout Parameters, named name: String) {
        siteChannels[name] = site.alertChannels(
            "alert", apartFrom: RelayedMail(domains: domains, primary: primary.map { ($0.name, $0.address) }))
    }

    func role(for sites: [Site], _ dns: DNSSettings, in inventory: inout Parameters) -> (any Role)? {
        inventory.noteSharedSwitches(among: channels, siteChannels, sites: sites)
        inventory.noteMisplaced(in: dns, domains: domains, primary: primary, sites: sites)
        inventory.noteClashes(of: sites, with: primary)
        inventory.noteContradictions(of: sites, domains: domains, primary: primary, alerts: alerts)
        if sources.isPulled, !hasLogin, inventory.isKnown("primary") {
            inventory.wrong(
                "recipients", "`recipients` are pulled from the primary, but `primary.ssh` is missing; add it")
        }
        guard let primary, let alerts else { return nil }
        return BackupMXRole(
            domains: domains, primary: primary, recipients: listed, sources: sources, alerts: alerts,
            channels: channels, siteChannels: siteChannels, monitor: monitor, drill: drill)
    }

    /// Returns the addresses that every domain with mail must accept (RFC 5321, 4.5.1 and RFC 2142).
    private static func duties(of domains: [DomainName]) -> [MailAddress] {
        domains.flatMap { domain in ["postmaster", "abuse"].map { MailAddress(local: $0, domain: domain) } }
    }
}

extension PrimaryServer {
    fileprivate init?(_ parameters: inout Parameters) {
        let name: DomainName? = parameters.value("name")
        let address: IPAddress? = parameters.value("address")
        let port = parameters.integer("port", in: 1...65535, default: 25)
        parameters.noteUnusable(address, of: "address", named: "primary.address")
        let peer =
            parameters.optionalSection("vpn") { part in
                let peer = part.value("peer", as: IPAddress.self)
                part.noteUnusable(peer, of: "peer", named: "primary.vpn.peer")
                return peer
            } ?? nil
        let ssh = parameters.optionalSection("ssh") { PrimaryAccess(&$0) } ?? nil
        guard let name, let address else { return nil }
        self.init(name: name, address: address, port: port, peer: peer, ssh: ssh)
    }
}

extension Parameters {
    fileprivate mutating func domains() -> [DomainName] {
        guard let key = exactlyOne(of: ["domain", "domains"], for: "set the relayed domains") else { return [] }
        let texts = strings(key)
        if texts.isEmpty { wrong(key, "`\(key)` is empty; expected at least one domain") }
        let read = read(texts, of: key, as: DomainName.self)
        noteRepeated(read, key: key)
        // Without domains, no address can be compared with them.
        return isKnown(key) ? read.compactMap(\.self) : []
    }

    fileprivate mutating func alerts(outside domains: [DomainName]) -> MailAddress? {
        guard let alerts: MailAddress = value("alerts") else { return nil }
        if domains.contains(alerts.domain) {
            wrong(
                "alerts",
                "`alerts` is `\(alerts)`, in a relayed domain, so alerts would wait in the guest's own queue; set an address in another domain"
            )
        }
        return alerts
    }

    /// Records an address that leads a guest to itself or to no host.
    fileprivate mutating func noteUnusable(_ address: IPAddress?, of key: String, named name: String) {
        guard let address, address.isUnusableByOthers else { return }
        wrong(key, "`\(name)` is \(address), which guests cannot reach; expected its address in the VPN")
    }
}
