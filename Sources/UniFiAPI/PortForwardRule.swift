/// The fields of a port forward that this program sets. The console's object has other fields, which stay unchanged.
///
/// It is the object `portforward` of the Network API. A field that a console omits has the console's default.
public struct PortForwardRule: Sendable, Hashable {
    /// The name, up to 128 characters.
    public var name: String
    public var isEnabled = true
    /// The interface: `wan`, `wan2`, …, `both` or `all`.
    public var interface: String
    /// The permitted source: an address, a network, or `any`.
    public var source = "any"
    /// Whether a group of addresses limits the sources, regardless of ``source``.
    public var limitsSources = false
    /// The address of the interface that the rule applies to, or `any`.
    public var destination = "any"
    /// The external port: one port, a range such as `20-30`, or several with commas.
    public var port: String
    /// The address of the host that receives the traffic.
    public var address: String
    /// The port on that host.
    public var addressPort: String
    /// The protocol: `tcp`, `udp` or `tcp_udp`.
    public var transport: String

    /// Creates a rule that forwards one port from every source to a port of a host.
    ///
    /// - Parameter transport: `tcp` or `udp`.
    public init(
        name: String, interface: String, transport: String, port: Int, to address: String, port addressPort: Int
    ) {
        self.name = name
        self.interface = interface
        self.port = String(port)
        self.address = address
        self.addressPort = String(addressPort)
        self.transport = transport
    }

    /// The fields by the API's names, with their values as text.
    public var fields: [(name: String, value: String)] {
        [
            ("name", name), ("enabled", String(isEnabled)), ("pfwd_interface", interface), ("src", source),
            ("src_limiting_enabled", String(limitsSources)), ("destination_ip", destination), ("dst_port", port),
            ("fwd", address), ("fwd_port", addressPort), ("proto", transport),
        ]
    }

    /// Returns whether the rule applies to traffic to a port of an interface.
    public func claims(port wanted: Int, by wantedTransport: String, of other: String) -> Bool {
        let all = ["both", "all"]
        guard isEnabled, transport.contains(wantedTransport),
            interface == other || all.contains(interface) || all.contains(other)
        else { return false }
        return port.split(separator: ",").contains { part in
            let ends = part.split(separator: "-").compactMap { Int($0) }
            guard let first = ends.first, let last = ends.last, first <= last else { return false }
            return (first...last).contains(wanted)
        }
    }
}

extension PortForwardRule: Codable {
    private enum CodingKeys: String, CodingKey {
        case name
        case isEnabled = "enabled"
        case interface = "pfwd_interface"
        case source = "src"
        case limitsSources = "src_limiting_enabled"
        case destination = "destination_ip"
        case port = "dst_port"
        case address = "fwd"
        case addressPort = "fwd_port"
        case transport = "proto"
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        func text(_ key: CodingKeys, or default: String) throws -> String {
            let value = try container.decodeIfPresent(String.self, forKey: key) ?? ""
            return value.isEmpty ? `default` : value
        }
        name = try text(.name, or: "")
        isEnabled = try container.decodeIfPresent(Bool.self, forKey: .isEnabled) ?? false
        interface = try text(.interface, or: "wan")
        source = try text(.source, or: "any")
        limitsSources = try container.decodeIfPresent(Bool.self, forKey: .limitsSources) ?? false
        destination = try text(.destination, or: "any")
        port = try text(.port, or: "")
        address = try text(.address, or: "")
        addressPort = try text(.addressPort, or: port)
        transport = try text(.transport, or: "tcp_udp")
    }
}

/// A port forward that exists on a console.
public struct PortForward: Sendable, Equatable, Decodable {
    /// The field `_id`.
    public var id: String
    public var rule: PortForwardRule

    public init(id: String, rule: PortForwardRule) {
        self.id = id
        self.rule = rule
    }

    private enum CodingKeys: String, CodingKey { case id = "_id" }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        id = try container.decode(String.self, forKey: .id)
        // The id becomes a part of a path.
        guard !id.isEmpty, id.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber) }) else {
            throw DecodingError.dataCorruptedError(
                forKey: .id, in: container, debugDescription: "`\(id)` is not the id of an object")
        }
        rule = try PortForwardRule(from: decoder)
    }
}
