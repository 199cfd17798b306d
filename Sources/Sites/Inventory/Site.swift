package import ConfigurationFiles
public import Guests
public import Ingress
import Resources

/// One place with a Proxmox node, and the settings of its guest.
public struct Site: Sendable, Hashable {
    public var name: String
    /// The line in the inventory at which the site begins, counted from 1.
    public var line: Int
    /// The labels by which commands select sites.
    public var labels: [Label]
    public var proxmox: ProxmoxAccess
    public var guest: GuestSettings
    public var ssh: SSHAccess
    public var firewall: Set<FirewallPlace>
    /// Nil if the inventory does not manage the public DNS.
    public var dns: SiteDNSSettings?
    /// Nil if the inventory does not manage the router: it is never changed then.
    public var router: RouterSettings?
    public var certificate: CertificateSource
    /// The values of `{{ vars.NAME }}` of a playbook, by name.
    package var variables: [String: Variable]

    /// The address of the guest's sshd; nil if only DHCP assigns one.
    public var address: String? { ssh.address ?? guest.network.staticAddress?.description }
}

extension Site {
    /// Reads a site. Returns nil if a mistake leaves it without a required part.
    ///
    /// - Parameter updates: the server that accepts changes of the zones; nil if they are edited manually.
    package init?(_ parameters: inout Parameters, name: String, updates: ZoneUpdateAccess?) {
        let proxmox = parameters.section("proxmox") { ProxmoxAccess(&$0) }
        let guest = parameters.section("guest") { GuestSettings(&$0) }
        let ssh = parameters.section("ssh") { [host = proxmox??.host ?? (parameters.isKnown("proxmox") ? nil : "")] in
            SSHAccess(&$0, nodeHost: host)
        }
        let dns = parameters.optionalSection("dns") { SiteDNSSettings(&$0) } ?? nil
        let router = RouterSettings(&parameters, key: "router")
        let certificate = parameters.optionalSection("certificate") { CertificateSource(&$0, updates: updates) } ?? nil
        let firewall = parameters.firewallPlaces()
        let variables = parameters.optionalSection("vars") { $0.freeVariables() } ?? [:]
        let labels = parameters.labels("labels")
        guard let proxmox = proxmox ?? nil, var guest = guest ?? nil, let ssh = ssh ?? nil else { return nil }
        if parameters.isKnown("guest", "ssh") {
            parameters.noteMissing(for: firewall, network: guest.network, ssh: ssh)
        }
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
            variables: variables
        )
    }
}
