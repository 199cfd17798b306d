/// A `netN` option: comma-separated `key=value` pairs (PVE::LXC::Config, `$netconf_desc`). Unknown keys are kept.
public struct NetworkDevice: Sendable, Equatable, CustomStringConvertible {
    private var values: [String: String] = [:]

    public init() {}

    /// Parses an option. Fails if a part is not `key=value`.
    public init?(_ text: String) {
        guard let values = PropertyString.read(text) else { return nil }
        self.values = values
    }

    /// The value of one key; setting nil removes the key.
    public subscript(key: String) -> String? {
        get { values[key] }
        set { values[key] = newValue }
    }

    /// The interface's name inside the guest.
    public var name: String? { values["name"] }
    public var bridge: String? { values["bridge"] }
    /// The MAC address. If a change omits it, Proxmox generates a new one.
    public var hardwareAddress: String? { values["hwaddr"] }
    /// The IPv4 address in CIDR form, `dhcp` or `manual`.
    public var ip: String? { values["ip"] }
    /// The IPv4 gateway.
    public var gateway: String? { values["gw"] }
    /// The IPv6 address in CIDR form, `auto`, `dhcp` or `manual`.
    public var ip6: String? { values["ip6"] }
    /// The IPv6 gateway.
    public var gateway6: String? { values["gw6"] }
    /// Whether the guest's firewall applies to the device.
    public var isFirewalled: Bool { values["firewall"].map(LenientBool.isOn) ?? false }

    /// The option's text in Proxmox's own order: `name` first, then the other keys sorted.
    public var description: String {
        values.sorted { ($0.key == "name" ? "" : $0.key) < ($1.key == "name" ? "" : $1.key) }
            .map { "\($0.key)=\($0.value)" }
            .joined(separator: ",")
    }
}

/// Parses an option that consists of several options (PVE::JSONSchema, `parse_property_string`).
enum PropertyString {
    static func read(_ text: String) -> [String: String]? {
        var values: [String: String] = [:]
        for part in text.split(separator: ",") {
            let pair = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard pair.count == 2, !pair[0].isEmpty else { return nil }
            values[String(pair[0])] = String(pair[1])
        }
        return values
    }
}
