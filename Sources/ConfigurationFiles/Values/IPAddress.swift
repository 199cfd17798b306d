import Diagnostics
import Foundation

/// An IPv4 or IPv6 address, in the form that inet_ntop(3) prints.
public struct IPAddress: ParsableText {
    /// The 4 or 16 bytes of the address, in network order.
    package let bytes: [UInt8]
    /// The address as inet_ntop(3) prints it.
    public let description: String

    public var isIPv6: Bool { bytes.count == 16 }
    /// The address as in an address literal without its brackets (RFC 5321, 4.1.3).
    package var literal: String { isIPv6 ? "IPv6:\(description)" : description }

    /// Whether no other host can be reached at the address: unspecified, loopback, multicast or broadcast (RFC 6890).
    package var isUnusableByOthers: Bool {
        if let mapped { return mapped.isUnusableByOthers }
        if isIPv6 {
            let isShort = bytes.dropLast().allSatisfy { $0 == 0 } && (bytes.last ?? 0) <= 1
            return isShort || bytes[0] == 0xFF
        }
        return bytes[0] == 0 || bytes[0] == 127 || bytes[0] >= 224
    }

    /// The IPv4 address inside an IPv4-mapped IPv6 address like `::ffff:10.0.0.1` (RFC 4291, 2.5.5.2), or nil if it has
    /// another form.
    private var mapped: IPAddress? {
        guard isIPv6, bytes.prefix(10).allSatisfy({ $0 == 0 }), bytes[10] == 0xFF, bytes[11] == 0xFF else { return nil }
        return IPAddress(bytes.suffix(4).map(String.init).joined(separator: "."))
    }

    /// Whether the address is valid on one link only: fe80::/10 (RFC 4291) and 169.254.0.0/16 (RFC 3927).
    package var isLinkLocal: Bool {
        isIPv6 ? bytes[0] == 0xFE && bytes[1] & 0xC0 == 0x80 : bytes[0] == 169 && bytes[1] == 254
    }

    package init(reading text: String) throws(ParseError) {
        guard let address = IPAddress(text) else { throw ParseError(text: "`\(text)` is not an IPv4 or IPv6 address") }
        self = address
    }

    /// Parses an address with inet_pton(3). Returns nil if the text is not an address.
    public init?(_ text: String) {
        let family = text.contains(":") ? AF_INET6 : AF_INET
        var bytes = [UInt8](repeating: 0, count: family == AF_INET6 ? 16 : 4)
        // A NUL would end the text for C and hide the rest of it.
        guard !text.utf8.contains(0), inet_pton(family, text, &bytes) == 1 else { return nil }
        var form = [CChar](repeating: 0, count: 46)
        guard inet_ntop(family, bytes, &form, 46) != nil else { return nil }
        self.bytes = bytes
        description = String(decoding: form.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    public static func == (left: IPAddress, right: IPAddress) -> Bool { left.bytes == right.bytes }
    public func hash(into hasher: inout Hasher) { hasher.combine(bytes) }
}

/// The address of an interface with the prefix length of its network, `10.0.0.5/24`.
public struct CIDR: ParsableText {
    public let address: IPAddress
    /// The prefix length in bits.
    public let prefix: Int

    public var description: String { "\(address)/\(prefix)" }

    private static let length = Pattern(/[1-9][0-9]*/)

    /// Reads an address with a prefix length that Proxmox accepts for an interface: 8 to 32 for IPv4, 8 to 128 for IPv6
    /// (pve-container, `net[n]`).
    package init(reading text: String) throws(ParseError) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2 else {
            throw ParseError(text: "`\(text)` has no prefix length; expected an address like `10.0.0.5/24`")
        }
        let address = try IPAddress(reading: String(parts[0]))
        let longest = address.isIPv6 ? 128 : 32
        guard Self.length.fits(parts[1]), let prefix = Int(parts[1]), 8...longest ~= prefix else {
            throw ParseError(text: "`\(text)` has the prefix length `\(parts[1])`; expected 8 to \(longest)")
        }
        self.address = address
        self.prefix = prefix
        guard prefix >= longest - 1 || !isNetwork else {
            throw ParseError(text: "`\(text)` is the address of the network itself")
        }
    }

    /// Returns whether an address is within the network.
    package func contains(_ other: IPAddress) -> Bool {
        other.bytes.count == address.bytes.count
            && zip(address.bytes, other.bytes).enumerated().allSatisfy { index, pair in
                (pair.0 ^ pair.1) & ~(0xFF >> bits(ofByte: index)) == 0
            }
    }

    /// Returns why packets of the interface cannot reach a gateway directly, or nil if they can.
    ///
    /// An interface whose prefix contains only its own address (/32, /128) has its gateway elsewhere; hosting providers
    /// route addresses in this way. The gateway of an IPv6 interface may be a link-local address.
    package func whyNoGateway(_ gateway: IPAddress) -> String? {
        if gateway.isUnusableByOthers { return "no host can have that address" }
        let longest = address.isIPv6 ? 128 : 32
        guard prefix < longest, !(gateway.isIPv6 && gateway.isLinkLocal) else { return nil }
        guard contains(gateway) else { return "expected an address within \(self), the guest's own network" }
        // A point-to-point network of two addresses (RFC 3021) and IPv6 have no network or broadcast address.
        guard prefix < longest - 1, !gateway.isIPv6 else { return nil }
        guard let other = try? CIDR(reading: "\(gateway)/\(prefix)") else {
            return "that is the address of the network itself"
        }
        return other.isBroadcast ? "that is the network's broadcast address" : nil
    }

    /// Whether all bits after the prefix are ones.
    private var isBroadcast: Bool {
        address.bytes.enumerated().allSatisfy { index, byte in
            let host = UInt8(truncatingIfNeeded: 0xFF >> bits(ofByte: index))
            return byte & host == host
        }
    }

    /// Returns how many bits of a byte belong to the prefix.
    private func bits(ofByte index: Int) -> Int { min(max(prefix - index * 8, 0), 8) }

    /// Whether all bits after the prefix are zeros.
    private var isNetwork: Bool {
        address.bytes.enumerated().allSatisfy { index, byte in
            byte & (0xFF >> bits(ofByte: index)) == 0
        }
    }
}
