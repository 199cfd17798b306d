package import ConfigurationFiles
package import ProxmoxAPI

/// A network of a node: its bridge, and its VLAN or an empty text.
package struct NetworkSegment: Hashable, Sendable {
    package var bridge: String
    package var vlan: String
}

extension GuestView {
    /// The interface `net0`, or nil if the configuration has none.
    var device: NetworkDevice? { options["net0"].flatMap(NetworkDevice.init) }

    /// All network interfaces.
    package var devices: [NetworkDevice] {
        options.filter { $0.key.wholeMatch(of: /net\d+/) != nil }.values.compactMap(NetworkDevice.init)
    }

    /// The fixed addresses of `net0`, IPv4 first.
    package var addresses: [IPAddress] { device?.addresses ?? [] }
}

extension NetworkDevice {
    /// The fixed addresses, IPv4 first.
    package var addresses: [IPAddress] { [ip, ip6].compactMap { $0.flatMap(IPAddress.init(ofInterface:)) } }

    /// Whether an address comes from the network, or from the guest itself.
    package var isOpen: Bool { [ip, ip6].contains { ["dhcp", "auto", "manual"].contains($0) } }

    package var network: NetworkSegment? { bridge.map { NetworkSegment(bridge: $0, vlan: self["tag"] ?? "") } }
}

extension GuestSpecification {
    /// The fixed addresses that the inventory gives, IPv4 first.
    package var addresses: [IPAddress] {
        ["ip", "ip6"].compactMap { network[$0].flatMap(IPAddress.init(ofInterface:)) }
    }

    package var segment: NetworkSegment? {
        network["bridge"].map { NetworkSegment(bridge: $0, vlan: network["tag"] ?? "") }
    }
}

extension IPAddress {
    /// Reads an address such as `10.0.0.5/24`. Returns nil for `dhcp` and similar values.
    fileprivate init?(ofInterface text: String) { self.init(String(text.prefix { $0 != "/" })) }
}
