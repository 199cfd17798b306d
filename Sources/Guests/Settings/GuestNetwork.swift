public import ConfigurationFiles

/// The guest's interface `eth0`.
public struct GuestNetwork: Sendable, Hashable {
    /// The source of an address.
    public enum Source: Sendable, Hashable, CustomStringConvertible {
        case fixed(CIDR)
        case dhcp
        /// From the router's advertisements; IPv6 only.
        case auto

        /// The value in Proxmox's `ip=` and `ip6=`.
        public var description: String {
            switch self {
            case .fixed(let address): address.description
            case .dhcp: "dhcp"
            case .auto: "auto"
            }
        }
    }

    public var bridge: String
    public var address: Source?
    public var gateway: IPAddress?
    public var address6: Source?
    public var gateway6: IPAddress?
    public var vlan: Int?
    public var mtu: Int?
    /// Whether Proxmox's own firewall filters the interface.
    public var firewall: Bool?
    /// Rate limit in MiB per second.
    public var rate: Int?

    /// The address that is known before the guest runs, IPv4 first.
    public var staticAddress: IPAddress? {
        for case .fixed(let address)? in [address, address6] { return address.address }
        return nil
    }
}

extension GuestNetwork {
    package init?(_ parameters: inout Parameters) {
        let bridge: ProxmoxBridge? = parameters.value("bridge")
        ["address", "address6", "gateway", "gateway6"].forEach { parameters.know($0) }
        let address = parameters.source("address", gateway: "gateway", isIPv6: false)
        let address6 = parameters.source("address6", gateway: "gateway6", isIPv6: true)
        if !parameters.keys.contains("address"), !parameters.keys.contains("address6") {
            parameters.missing(["address", "address6"], "one of `address`, `address6` is missing")
        }
        let vlan = parameters.optionalInteger("vlan", in: 1...4094)
        let mtu = parameters.optionalInteger("mtu", in: 64...65535)
        let firewall = parameters.optionalBoolean("firewall")
        let rate = parameters.optionalInteger("rate", in: 1...1_000_000)
        guard let bridge else { return nil }
        self.init(
            bridge: bridge.description,
            address: address.source,
            gateway: address.gateway,
            address6: address6.source,
            gateway6: address6.gateway,
            vlan: vlan,
            mtu: mtu,
            firewall: firewall,
            rate: rate
        )
    }
}

extension Parameters {
    /// Reads an interface's address and its gateway, of one address family.
    fileprivate mutating func source(
        _ key: String,
        gateway gatewayKey: String,
        isIPv6: Bool
    ) -> (source: GuestNetwork.Source?, gateway: IPAddress?) {
        let source = source(key, isIPv6: isIPv6)
        guard let gateway: IPAddress = optionalValue(gatewayKey), isKnown(key) else { return (source, nil) }
        switch source {
        case .fixed(let own)? where own.address == gateway:
            wrong(gatewayKey, "`\(gatewayKey)` is the guest's own address; expected the router's address")
        case .fixed(let own)? where gateway.isIPv6 == isIPv6:
            if let why = own.whyNoGateway(gateway) { wrong(gatewayKey, "`\(gatewayKey)` is `\(gateway)`; \(why)") }
        case .fixed?: break
        case .dhcp?, .auto?:
            wrong(gatewayKey, "`\(gatewayKey)` is set, but `\(key)` gets its gateway from the network; remove it")
        case nil: wrong(gatewayKey, "`\(gatewayKey)` is set without `\(key)`; set both, or remove it")
        }
        if gateway.isIPv6 != isIPv6 {
            wrong(gatewayKey, "`\(gatewayKey)` is `\(gateway)`; expected an \(isIPv6 ? "IPv6" : "IPv4") address")
        }
        return (source, gateway)
    }

    private mutating func source(_ key: String, isIPv6: Bool) -> GuestNetwork.Source? {
        guard let text = optionalString(key) else { return nil }
        switch text {
        case "dhcp": return .dhcp
        case "auto" where isIPv6: return .auto
        default: break
        }
        guard let address: CIDR = optionalValue(key) else { return nil }
        if address.address.isIPv6 != isIPv6 {
            wrong(key, "`\(key)` is `\(address)`; expected an \(isIPv6 ? "IPv6" : "IPv4") address")
        }
        return .fixed(address)
    }
}
