import Foundation

/// An IPv4 or IPv6 address, in the form that inet_ntop(3) gives it.
public struct IPAddress: Notation {
    /// Four or sixteen.
    let bytes: [UInt8]
    public let description: String

    public var isIPv6: Bool { bytes.count == 16 }
    /// As Postfix wants it between brackets.
    var literal: String { isIPv6 ? "IPv6:\(description)" : description }

    /// Whether it leads every host to itself or to nobody: unspecified, loopback, multicast or broadcast (RFC 6890).
    var isUnusableByOthers: Bool {
        if isIPv6 {
            let isShort = bytes.dropLast().allSatisfy { $0 == 0 } && (bytes.last ?? 0) <= 1
            return isShort || bytes[0] == 0xFF
        }
        return bytes[0] == 0 || bytes[0] == 127 || bytes[0] >= 224
    }

    init(reading text: String) throws(Misfit) {
        guard let address = IPAddress(text) else { throw Misfit(text: "`\(text)` is no IPv4 or IPv6 address") }
        self = address
    }

    public init?(_ text: String) {
        let family = text.contains(":") ? AF_INET6 : AF_INET
        var bytes = [UInt8](repeating: 0, count: family == AF_INET6 ? 16 : 4)
        // A NUL would end the text for C, and hide what comes after it.
        guard !text.utf8.contains(0), inet_pton(family, text, &bytes) == 1 else { return nil }
        var form = [CChar](repeating: 0, count: 46)
        guard inet_ntop(family, bytes, &form, 46) != nil else { return nil }
        self.bytes = bytes
        description = String(decoding: form.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    public static func == (left: IPAddress, right: IPAddress) -> Bool { left.bytes == right.bytes }
    public func hash(into hasher: inout Hasher) { hasher.combine(bytes) }
}

/// An interface's address with the length of its network's prefix, `10.0.0.5/24`.
public struct CIDR: Notation {
    public let address: IPAddress
    public let prefix: Int

    public var description: String { "\(address)/\(prefix)" }

    private static let length = Pattern(/[1-9][0-9]*/)

    /// Within what Proxmox takes for an interface: 8 to 32, and 8 to 128 (pve-container, `net[n]`).
    init(reading text: String) throws(Misfit) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2 else {
            throw Misfit(text: "`\(text)` has no prefix length; an address like `10.0.0.5/24` is wanted")
        }
        let address = try IPAddress(reading: String(parts[0]))
        let longest = address.isIPv6 ? 128 : 32
        guard Self.length.fits(parts[1]), let prefix = Int(parts[1]), 8...longest ~= prefix else {
            throw Misfit(text: "`\(text)` has the prefix length `\(parts[1])`; 8 to \(longest) is wanted")
        }
        self.address = address
        self.prefix = prefix
        guard prefix >= longest - 1 || !isNetwork else {
            throw Misfit(text: "`\(text)` is the address of the network itself")
        }
    }

    /// Whether an address is within the network.
    func contains(_ other: IPAddress) -> Bool {
        other.bytes.count == address.bytes.count
            && zip(address.bytes, other.bytes).enumerated().allSatisfy { index, pair in
                (pair.0 ^ pair.1) & ~(0xFF >> bits(ofByte: index)) == 0
            }
    }

    /// How many bits of a byte belong to the prefix.
    private func bits(ofByte index: Int) -> Int { min(max(prefix - index * 8, 0), 8) }

    /// Whether nothing but zeros comes after the prefix.
    private var isNetwork: Bool {
        address.bytes.enumerated().allSatisfy { index, byte in
            byte & (0xFF >> bits(ofByte: index)) == 0
        }
    }
}
