/// A `netN` option: comma-separated `key=value` pairs (PVE::LXC::Config, `$netconf_desc`). Keys that are not known here
/// are kept.
public struct NetworkDevice: Sendable, Equatable, CustomStringConvertible {
    private var values: [String: String] = [:]

    public init() {}

    /// Nil where a part is not `key=value`.
    public init?(_ text: String) {
        guard let values = PropertyString.read(text) else { return nil }
        self.values = values
    }

    /// The text of one key; nil removes it.
    public subscript(key: String) -> String? {
        get { values[key] }
        set { values[key] = newValue }
    }

    /// The interface's name inside the guest.
    public var name: String? { values["name"] }
    public var bridge: String? { values["bridge"] }
    /// The MAC address. Left out of a change, Proxmox makes a new one.
    public var hardwareAddress: String? { values["hwaddr"] }
    /// IPv4 in CIDR form, `dhcp` or `manual`.
    public var ip: String? { values["ip"] }
    public var gateway: String? { values["gw"] }
    /// IPv6 in CIDR form, `auto`, `dhcp` or `manual`.
    public var ip6: String? { values["ip6"] }
    public var gateway6: String? { values["gw6"] }
    public var isFirewalled: Bool { values["firewall"].map(LenientBool.isOn) ?? false }

    /// In Proxmox's own order: `name` first, then the others by their names.
    public var description: String {
        values.sorted { ($0.key == "name" ? "" : $0.key) < ($1.key == "name" ? "" : $1.key) }
            .map { "\($0.key)=\($0.value)" }
            .joined(separator: ",")
    }
}

/// The form of an option that has options of its own (PVE::JSONSchema, `parse_property_string`).
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
