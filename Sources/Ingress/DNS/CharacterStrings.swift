import Engine

/// The content of a TXT record: one or more strings of up to 255 octets (RFC 1035, 3.3.14), which readers join.
///
/// Two values are equal if their joined octets are equal, regardless of how they are split and quoted.
public struct CharacterStrings: Sendable, Hashable {
    package let strings: [[UInt8]]

    private var joined: [UInt8] { Array(strings.joined()) }
    /// The joined text, as a reader of SPF sees it.
    package var text: String { String(decoding: joined, as: UTF8.self) }

    /// Splits a text into strings of at most 255 octets.
    package init(text: String) {
        let octets = Array(text.utf8)
        let starts = stride(from: 0, to: max(octets.count, 1), by: 255)
        strings = starts.map { Array(octets[$0..<min($0 + 255, octets.count)]) }
    }

    /// Reads the zone file form: quoted strings or words, with `\"` and `\065` (RFC 1035, 5.1). Returns nil for
    /// anything else.
    package init?(presentation: some StringProtocol) {
        var strings: [[UInt8]] = []
        var rest = Substring(presentation).utf8
        while true {
            rest = rest.drop { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
            guard let first = rest.first else { break }
            let isQuoted = first == UInt8(ascii: "\"")
            if isQuoted { rest.removeFirst() }
            guard let string = Self.string(from: &rest, isQuoted: isQuoted) else { return nil }
            strings.append(string)
        }
        guard !strings.isEmpty else { return nil }
        self.strings = strings
    }

    private static func string(from rest: inout Substring.UTF8View, isQuoted: Bool) -> [UInt8]? {
        var octets: [UInt8] = []
        while let octet = rest.first {
            if !isQuoted, octet == UInt8(ascii: " ") || octet == UInt8(ascii: "\t") { return octets }
            rest.removeFirst()
            switch octet {
            case UInt8(ascii: "\"") where isQuoted: return octets
            case UInt8(ascii: "\\"):
                let digits = rest.prefix(3)
                if digits.count == 3, let code = UInt8(String(decoding: digits, as: UTF8.self)) {
                    octets.append(code)
                    rest.removeFirst(3)
                } else if let escaped = rest.popFirst() {
                    octets.append(escaped)
                } else {
                    return nil
                }
            default: octets.append(octet)
            }
        }
        return isQuoted ? nil : octets
    }

    /// The zone file form, split as it was read.
    var presentation: String {
        strings.map { string in "\"" + string.map(Self.escaped).joined() + "\"" }.joined(separator: " ")
    }

    private static func escaped(_ octet: UInt8) -> String {
        switch octet {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"): return "\\" + String(UnicodeScalar(octet))
        case 0x20...0x7E: return String(UnicodeScalar(octet))
        default:
            let digits = String(octet)
            return "\\" + String(repeating: "0", count: 3 - digits.count) + digits
        }
    }

    public static func == (left: CharacterStrings, right: CharacterStrings) -> Bool { left.joined == right.joined }
    public func hash(into hasher: inout Hasher) { hasher.combine(joined) }
}
