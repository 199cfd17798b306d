public import ConfigurationFiles
import Engine
import Resources
import Yams

/// How mail from the internet reaches the guest through the site's router.
public struct RouterSettings: Sendable, Hashable {
    public enum Way: Sendable, Hashable {
        /// A person creates the port forward that is printed.
        case manual
        /// The gateway of a UniFi console forwards the port.
        case unifi(UniFiAccess)
    }

    public var way: Way
    /// The addresses at which the guest is reached from outside; nil for the desired IPv4 addresses in the public DNS.
    public var outside: [IPAddress]?
    /// The line of the settings in the inventory, counted from 1.
    public var line: Int
}

extension RouterSettings {
    private enum Word: String, CaseIterable { case manual }

    /// Reads `router: manual`, or a section.
    init?(_ parameters: inout Parameters, key: String) {
        guard let entry = parameters.entry(key) else { return nil }
        guard entry.value.mapping == nil else {
            guard let settings = parameters.section(key, { RouterSettings(&$0, line: entry.line) }) ?? nil else {
                return nil
            }
            self = settings
            return
        }
        guard parameters.optionalChoice(key, of: Word.self) != nil else { return nil }
        self.init(way: .manual, outside: nil, line: entry.line)
    }

    private init?(_ parameters: inout Parameters, line: Int) {
        let outside = parameters.optionalValues("outside", as: IPAddress.self)
        switch parameters.exactlyOne(of: ["manual", "unifi"], for: "have the port forwarded") {
        case "manual"?:
            if parameters.optionalBoolean("manual") == false {
                parameters.wrong("manual", "`manual` is `false`; leave `router` out where the port needs no forward")
            }
            self.init(way: .manual, outside: outside, line: line)
        case _?:
            guard let access = parameters.section("unifi", { UniFiAccess(&$0) }) ?? nil else { return nil }
            self.init(way: .unifi(access), outside: outside, line: line)
        case nil: return nil
        }
    }
}

extension Site {
    /// The IPv4 addresses at which the guest is reached from outside: a router forwards only IPv4.
    var outsideAddresses: [IPAddress] {
        (router?.outside ?? dns?.addresses ?? []).filter { !$0.isIPv6 }
    }
}

extension Parameters {
    /// Reports sites whose router cannot be configured or checked.
    mutating func noteUnfitRouters(of sites: [Site], inventory: Name?) {
        for site in sites {
            guard let router = site.router else { continue }
            if site.guest.network.address == nil {
                note(router.line, "site `\(site.name)` has a `router`, and its guest no IPv4 address to forward to")
            }
            if site.outsideAddresses.isEmpty {
                note(
                    router.line,
                    "site `\(site.name)` has a `router`, and no public IPv4 address to look at it from outside; give `router.outside` or `dns.addresses`"
                )
            }
            guard case .unifi = router.way, let inventory else { continue }
            let name = OpenPort.smtp.ruleName(of: SiteAddress(inventory: inventory.description, name: site.name))
            if name.count > OpenPort.longestRuleName {
                note(
                    router.line,
                    "the port forward of site `\(site.name)` would be named `\(name)`; a UniFi console takes \(OpenPort.longestRuleName) letters, so give a shorter name to the site or the inventory"
                )
            }
        }
    }
}
