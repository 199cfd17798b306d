import ConfigurationFiles
import Engine
import Guests
import Ingress
import ProxmoxAPI
import Resources

extension RouterRun {
    /// Returns nil if the inventory does not manage the router.
    init?(
        _ site: Site,
        of inventory: Inventory,
        forwarding: Forwarding?,
        host: GuestLocator,
        report: @escaping EventHandler
    ) {
        guard let forwarding else { return nil }
        let network = site.guest.network
        self.init(
            forwarding: forwarding,
            published: [.smtp],
            early: site.earlyPorts,
            check: OutsideCheck(
                addresses: site.outsideAddresses,
                hostname: site.guest.hostname.description,
                witnesses: inventory.dns.primaryAddresses.filter { !$0.isIPv6 },
                network: network.fixedAddress
            ),
            address: { guest in
                if let fixed = network.fixedAddress { return fixed.address.description }
                guard let guest else { return nil }
                return try await host.interface(of: guest)?.usableAddresses(isIPv6: false).first
            },
            report: report
        )
    }
}

extension Parameters {
    /// Reports sites whose router cannot be configured or checked.
    mutating func noteUnfitRouters(of sites: [Site], inventory: Name?) {
        for site in sites {
            guard let router = site.router else { continue }
            if site.guest.network.address == nil {
                note(router.line, "site `\(site.name)` has a `router`, but its guest has no IPv4 address to forward to")
            }
            if site.outsideAddresses.isEmpty {
                note(
                    router.line,
                    "site `\(site.name)` has a `router`, but no public IPv4 address for the check from outside; set `router.outside` or `dns.addresses`"
                )
            }
            guard case .unifi = router.way, let inventory else { continue }
            let name = OpenPort.smtp.ruleName(of: SiteAddress(inventory: inventory.description, name: site.name))
            if name.count > OpenPort.longestRuleName {
                note(
                    router.line,
                    "the port forward of site `\(site.name)` would be named `\(name)`; a UniFi console accepts at most \(OpenPort.longestRuleName) characters, so shorten the name of the site or the inventory"
                )
            }
        }
    }
}
