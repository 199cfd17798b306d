/// One interface inside a running guest, from `GET …/interfaces`.
public struct NetworkInterface: Decodable, Sendable, Equatable {
    /// An address without its prefix length.
    public struct Address: Sendable, Equatable {
        public var address: String
        public var isIPv6: Bool

        /// Whether the address is valid on this link only: fe80::/10 and 169.254.0.0/16.
        var isLinkLocal: Bool {
            isIPv6
                ? address.lowercased().hasPrefix("fe")
                    && "89ab".contains(address.lowercased().dropFirst(2).first ?? "-")
                : address.hasPrefix("169.254.")
        }

        var isLoopback: Bool { isIPv6 ? address == "::1" : address.hasPrefix("127.") }
    }

    public var name: String
    /// All addresses if Proxmox reports all (8.4 and later); otherwise the last one of each family.
    public var addresses: [Address]

    /// Returns the addresses of one family that other hosts can use.
    public func usableAddresses(isIPv6: Bool) -> [String] {
        addresses.filter { $0.isIPv6 == isIPv6 && !$0.isLinkLocal && !$0.isLoopback }.map(\.address)
    }

    /// The first address that other hosts can use, IPv4 before IPv6.
    public var reachable: String? {
        usableAddresses(isIPv6: false).first ?? usableAddresses(isIPv6: true).first
    }

    private enum CodingKeys: String, CodingKey {
        case name, inet, inet6
        case all = "ip-addresses"
    }

    private struct Listed: Decodable {
        var address: String
        var family: String

        enum CodingKeys: String, CodingKey {
            case address = "ip-address"
            case family = "ip-address-type"
        }
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        name = try container.decode(String.self, forKey: .name)
        if let all = try container.decodeIfPresent([Listed].self, forKey: .all) {
            addresses = all.map { Address(address: $0.address, isIPv6: $0.family == "inet6") }
        } else {
            let pairs = [(CodingKeys.inet, false), (.inet6, true)]
            addresses = try pairs.compactMap { key, isIPv6 in
                try container.decodeIfPresent(String.self, forKey: key).map { text in
                    Address(address: String(text.prefix { $0 != "/" }), isIPv6: isIPv6)
                }
            }
        }
    }
}

/// The answer of `GET …/interfaces`, which is `null` if the guest is stopped.
public struct NetworkInterfaces: Decodable, Sendable, Equatable {
    /// The interfaces; empty if the guest is stopped.
    public var all: [NetworkInterface]

    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        all = container.decodeNil() ? [] : try container.decode([NetworkInterface].self)
    }
}

extension Request where Answer == NetworkInterfaces {
    /// Requests the interfaces of a running guest. Available since Proxmox VE 8.1.
    public static func interfaces(of guest: GuestID, on node: NodeName) -> Request {
        Request(.get, Paths.container(guest, node) + ["interfaces"])
    }
}
