import ConfigurationFiles
import Engine
import Ingress
import Resources
import Yams

extension Inventory {
    static func read(_ source: SourceFile) throws(Mistakes) -> Inventory {
        var parameters = Parameters(try source.node(), file: source.name)
        let inventory = Inventory(&parameters)
        parameters.finish()
        try parameters.throwMistakes()
        guard let inventory else {
            // A part that is nil has recorded its mistake. This message appears only if a reader has a bug.
            throw Mistakes([Mistake(file: source.name, line: nil, text: "this file is not a valid inventory")])
        }
        return inventory
    }

    init?(_ parameters: inout Parameters) {
        let name: Name? = parameters.value("name")
        let playbook = parameters.optionalPath("playbook")
        let domains = parameters.domains()
        var hasWay = true
        let primary =
            parameters.section("primary") { part in
                hasWay = part.keys.contains("ssh")
                return Primary(&part)
            } ?? nil
        let (listed, sources) = parameters.recipients(in: domains)
        let alerts = parameters.alerts(outside: domains)
        let dns =
            parameters.optionalSection("dns") { DNSSettings(&$0, domains: domains) } ?? DNSSettings(zones: domains)
        let all = listed + Self.duties(of: domains).filter { !listed.contains($0) }
        let (areRecipientsKnown, isPrimaryKnown) = (parameters.isKnown("recipients"), parameters.isKnown("primary"))
        let drill =
            parameters.optionalSection("drill") { part in
                part.drillSettings(
                    for: all, in: domains,
                    isClosed: !sources.isPulled && sources.catchAll.isEmpty && areRecipientsKnown,
                    hasLogin: primary?.ssh?.user != nil || !isPrimaryKnown)
            } ?? nil
        let mail = RelayedMail(domains: domains, primary: primary)
        let channels = parameters.alertChannels("alert", apartFrom: mail)
        let monitor = parameters.optionalSection("monitor") { MonitorSettings(&$0) } ?? MonitorSettings()
        let sites = parameters.sites(updates: dns.update, apartFrom: mail)
        parameters.noteSharedSwitches(among: channels, sites: sites)
        parameters.noteMisplaced(in: dns, domains: domains, primary: primary, sites: sites)
        parameters.noteUnfitRouters(of: sites, inventory: name)
        parameters.noteClashes(among: sites, primary: primary)
        parameters.noteContradictions(of: sites, domains: domains, primary: primary, alerts: alerts)
        if sources.isPulled, !hasWay, parameters.isKnown("primary") {
            parameters.wrong(
                "recipients", "`recipients` are pulled from the primary, but `primary.ssh` is missing; add it")
        }
        guard let name, let primary, let alerts else { return nil }
        self.init(
            file: parameters.file,
            name: name.description,
            playbook: playbook,
            domains: domains,
            primary: primary,
            recipients: all,
            sources: sources,
            alerts: alerts,
            channels: channels,
            monitor: monitor,
            dns: dns,
            drill: drill,
            sites: sites
        )
    }

    /// Returns the addresses that every domain with mail must accept (RFC 5321, 4.5.1 and RFC 2142).
    private static func duties(of domains: [DomainName]) -> [MailAddress] {
        domains.flatMap { domain in ["postmaster", "abuse"].map { MailAddress(local: $0, domain: domain) } }
    }
}

extension Inventory.Primary {
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

    mutating func noteRepeated<T: ParsableText>(_ values: [T?], key: String) {
        var seen: [T: Int] = [:]
        var faults: [(item: Int?, text: String)] = []
        for (item, value) in values.enumerated() {
            guard let value else { continue }
            if let first = seen[value] {
                faults.append((item, "duplicate `\(value)`; already listed at line \(line(of: key, item: first))"))
            } else {
                seen[value] = item
            }
        }
        wrong(key, items: faults)
    }
}
