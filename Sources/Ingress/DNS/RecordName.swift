public import ConfigurationFiles
import Engine

/// The owner of a record, or a host that a record points to: in lower case, without the final dot.
///
/// It accepts more than ``DomainName``, for example `_25._tcp.mx.example.net`. Escapes in dig's output are kept.
public struct RecordName: Sendable, Hashable, CustomStringConvertible {
    public let description: String

    public init(_ text: some StringProtocol) {
        let name = text.lowercased()
        description = name.hasSuffix(".") && !name.hasSuffix("\\.") ? String(name.dropLast()) : name
    }

    public init(_ name: DomainName) { self.init(name.description) }

    /// The name with the final dot, so that a zone file does not append its origin.
    package var absolute: String { description + "." }

    /// Whether the name is a zone's apex or is below it.
    package func isWithin(_ zone: RecordName) -> Bool {
        self == zone || description.hasSuffix("." + zone.description)
    }

    /// Returns the name as a zone file with the origin `zone` may shorten it: `@`, `mx2`.
    package func relative(to zone: RecordName) -> String {
        if self == zone { return "@" }
        return isWithin(zone) ? String(description.dropLast(zone.description.count + 1)) : absolute
    }
}

extension IPAddress {
    /// The name of the address's PTR record (RFC 1035, 3.5; RFC 3596, 2.5).
    var reverseName: RecordName {
        if isIPv6 {
            let nibbles = bytes.reversed().flatMap { [$0 & 15, $0 >> 4] }.map { String($0, radix: 16) }
            return RecordName(nibbles.joined(separator: ".") + ".ip6.arpa")
        }
        return RecordName(bytes.reversed().map(String.init).joined(separator: ".") + ".in-addr.arpa")
    }
}
