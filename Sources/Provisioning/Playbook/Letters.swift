/// A set of ASCII characters, written as between the brackets of a regular expression: `A-Za-z0-9._-`.
///
/// For what is checked often, as each name and text of a file is: a regular expression is compiled anew at every use, in a
/// tenth of a millisecond.
struct Letters: Sendable {
    private var low: UInt64 = 0
    private var high: UInt64 = 0

    static let alphanumerics = Letters("A-Za-z0-9")

    init(_ text: StaticString) {
        let bytes = text.withUTF8Buffer(Array.init)
        var index = 0
        while index < bytes.count {
            if index + 2 < bytes.count, bytes[index + 1] == UInt8(ascii: "-") {
                for byte in bytes[index]...bytes[index + 2] { insert(byte) }
                index += 3
            } else {
                insert(bytes[index])
                index += 1
            }
        }
    }

    private mutating func insert(_ byte: UInt8) {
        if byte < 64 { low |= 1 << byte } else { high |= 1 << (byte - 64) }
    }

    func contains(_ byte: UInt8) -> Bool {
        byte < 64 ? low >> byte & 1 == 1 : byte < 128 && high >> (byte - 64) & 1 == 1
    }

    /// Whether a text has nothing else in it, and has something.
    func spell(_ text: some StringProtocol) -> Bool { !text.isEmpty && text.utf8.allSatisfy(contains) }

    /// The same, where the first may be only one of `first`.
    func spell(_ text: some StringProtocol, beginningWith first: Letters) -> Bool {
        spell(text) && text.utf8.first.map(first.contains) == true
    }
}
