/// The owner of a record, or a host that a record points to: in lower case, without the root's dot.
///
/// Wider than ``DomainName``: `_25._tcp.mx.example.net` is one, and what dig writes with escapes stays as it is written.
public struct RecordName: Sendable, Hashable, CustomStringConvertible {
    public let description: String

    public init(_ text: some StringProtocol) {
        let name = text.lowercased()
        description = name.hasSuffix(".") && !name.hasSuffix("\\.") ? String(name.dropLast()) : name
    }

    public init(_ name: DomainName) { self.init(name.description) }

    /// With the root's dot, so that nothing is added to it in a zone file.
    var absolute: String { description + "." }

    /// Whether the name is a zone's apex or lies below it.
    func isWithin(_ zone: RecordName) -> Bool {
        self == zone || description.hasSuffix("." + zone.description)
    }

    /// As a zone file whose origin is `zone` may shorten it: `@`, `mx2`.
    func relative(to zone: RecordName) -> String {
        if self == zone { return "@" }
        return isWithin(zone) ? String(description.dropLast(zone.description.count + 1)) : absolute
    }
}

extension IPAddress {
    /// The name whose PTR record tells the host's (RFC 1035, 3.5; RFC 3596, 2.5).
    var reverseName: RecordName {
        if isIPv6 {
            let nibbles = bytes.reversed().flatMap { [$0 & 15, $0 >> 4] }.map { String($0, radix: 16) }
            return RecordName(nibbles.joined(separator: ".") + ".ip6.arpa")
        }
        return RecordName(bytes.reversed().map(String.init).joined(separator: ".") + ".in-addr.arpa")
    }
}
