import ConfigurationFiles
package import Engine
package import Guests
package import Ingress
import ProxmoxAPI
import Resources

extension RouterRun {
    /// Returns nil if the inventory does not manage the router.
    package init?(
        _ site: Site,
        of inventory: Inventory,
        ports: PublishedPorts,
        forwarding: Forwarding?,
        host: GuestLocator,
        report: @escaping EventHandler
    ) {
        guard let forwarding else { return nil }
        let network = site.guest.network
        // Nothing proves that a UDP port is reached without a request of its protocol.
        let checks = ports.published.filter { $0.transport == .tcp }.map { port in
            OutsideCheck(
                addresses: site.outsideAddresses,
                witnesses: inventory.dns.primaryAddresses.filter { !$0.isIPv6 },
                network: network.fixedAddress,
                port: port.number,
                readGreeting: inventory.role?.greetingReader(of: site, at: port) ?? OutsideCheck.anyGreeting
            )
        }
        self.init(
            forwarding: forwarding,
            published: ports.published.map { OpenPort($0) },
            early: ports.early.map { OpenPort($0) },
            outside: site.outsideAddresses,
            checks: checks,
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
    mutating func noteUnfitRouters(of sites: [Site]) {
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
        }
    }
}

extension Site {
    /// Returns what is wrong with the name of a port's forward on the site's console, or nil if nothing is.
    func forwardFault(of ports: PublishedPorts, inventory: Inventory) -> Mistake? {
        guard let router, case .unifi = router.way else { return nil }
        let address = SiteAddress(inventory: inventory.name, name: name)
        let names = (ports.published + ports.early).map { OpenPort($0).ruleName(of: address) }
        guard let long = names.first(where: { $0.count > OpenPort.longestRuleName }) else { return nil }
        return Mistake(
            file: inventory.file, line: router.line,
            text:
                "the port forward of site `\(name)` would be named `\(long)`; a UniFi console accepts at most \(OpenPort.longestRuleName) characters, so shorten the name of the site or the inventory"
        )
    }
}
