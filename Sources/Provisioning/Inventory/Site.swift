/// One place with a Proxmox node, and what the guest there is to be.
public struct Site: Sendable, Hashable {
    public var name: String
    /// Where the site begins in the inventory, counted from 1.
    public var line: Int
    /// What commands choose sites by.
    public var labels: [Label]
    public var proxmox: ProxmoxAccess
    public var guest: GuestSettings
    public var ssh: SSHAccess
    public var firewall: Set<FirewallPlace>
    /// Nil where the inventory leaves the public DNS to somebody else.
    public var dns: SiteDNSSettings?
    /// Nil where the inventory leaves the router to somebody else: it is never touched then.
    public var router: RouterSettings?
    public var certificate: CertificateSource
    /// By which ways its guest tells of its troubles, beside those of all sites.
    public var channels: [AlertChannel]

    /// Where sshd of the guest is to be reached; nil where only DHCP knows.
    public var address: String? { ssh.address ?? guest.network.staticAddress?.description }
}

extension Site {
    /// Reads a site; nil where a mistake leaves it without a part.
    ///
    /// - Parameters:
    ///   - updates: who takes changes of the zones; nil where they are edited by hand.
    ///   - mail: what alerts must not depend on.
    init?(_ parameters: inout Parameters, name: String, updates: ZoneUpdateAccess?, apartFrom mail: RelayedMail) {
        let proxmox = parameters.section("proxmox") { ProxmoxAccess(&$0) }
        let guest = parameters.section("guest") { GuestSettings(&$0) }
        let ssh = parameters.section("ssh") { [host = proxmox??.host] in SSHAccess(&$0, nodeHost: host) }
        let dns = parameters.optionalSection("dns") { SiteDNSSettings(&$0) } ?? nil
        let router = RouterSettings(&parameters, key: "router")
        let certificate = parameters.optionalSection("certificate") { CertificateSource(&$0, updates: updates) } ?? nil
        let firewall = parameters.firewallPlaces()
        let channels = parameters.alertChannels("alert", apartFrom: mail)
        let labels = parameters.labels("labels")
        guard let proxmox = proxmox ?? nil, var guest = guest ?? nil, let ssh = ssh ?? nil else { return nil }
        parameters.noteMissing(for: firewall, network: guest.network, ssh: ssh)
        if firewall.contains(.proxmox) { guest.network.firewall = true }
        self.init(
            name: name,
            line: parameters.line,
            labels: labels,
            proxmox: proxmox,
            guest: guest,
            ssh: ssh,
            firewall: firewall,
            dns: dns,
            router: router,
            certificate: certificate ?? .selfSigned,
            channels: channels
        )
    }
}
