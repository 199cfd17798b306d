public import ConfigurationFiles

/// The content of a record, compared by meaning: names ignore case and the final dot, addresses are compared by bytes.
public enum RecordData: Sendable, Hashable {
    case mailExchange(preference: Int, host: RecordName)
    /// A or AAAA.
    case address(IPAddress)
    case text(CharacterStrings)
    case pointer(RecordName)
    case nameServer(RecordName)
    /// TLSA: usage, selector and matching type, and the data in hexadecimal digits.
    case certificate(CertificateAssociation)
    /// Any other type, or unreadable data, as the server writes it.
    case other(type: String, text: String)

    public var type: RecordType {
        switch self {
        case .mailExchange: .mx
        case .address(let address): address.isIPv6 ? .aaaa : .a
        case .text: .txt
        case .pointer: .ptr
        case .nameServer: .ns
        case .certificate: .tlsa
        case .other(let type, _): RecordType(type)
        }
    }

    /// The zone file form.
    public var presentation: String {
        switch self {
        case .mailExchange(let preference, let host): "\(preference) \(host.absolute)"
        case .address(let address): address.description
        case .text(let strings): strings.presentation
        case .pointer(let name), .nameServer(let name): name.absolute
        case .certificate(let association): association.description
        case .other(_, let text): text
        }
    }

    /// Reads the zone file form. Data that is invalid for its type becomes ``other(type:text:)``.
    package init(_ type: RecordType, presentation: some StringProtocol) {
        let words = presentation.split(separator: " ")
        let text = words.joined(separator: " ")
        let read: RecordData? =
            switch type {
            case .mx where words.count == 2:
                Int(words[0]).map { .mailExchange(preference: $0, host: RecordName(words[1])) }
            case .a, .aaaa: IPAddress(text).map { .address($0) }
            case .txt: CharacterStrings(presentation: presentation).map { .text($0) }
            case .ptr where words.count == 1: .pointer(RecordName(words[0]))
            case .ns where words.count == 1: .nameServer(RecordName(words[0]))
            case .tlsa: (try? CertificateAssociation(reading: text)).map { .certificate($0) }
            default: nil
            }
        self = read ?? .other(type: type.description, text: text)
    }
}

/// The type of a record, such as `MX`.
public struct RecordType: Sendable, Hashable, CustomStringConvertible {
    public let description: String

    package init(_ text: some StringProtocol) { description = text.uppercased() }

    package static let mx = RecordType("MX")
    package static let a = RecordType("A")
    package static let aaaa = RecordType("AAAA")
    package static let txt = RecordType("TXT")
    static let ptr = RecordType("PTR")
    static let ns = RecordType("NS")
    package static let tlsa = RecordType("TLSA")
}

/// The content of a TLSA record (RFC 6698, 2.1), such as `3 1 1 0C72…`.
public struct CertificateAssociation: ParsableText {
    public let description: String

    package init(reading text: String) throws(ParseError) {
        let words = text.split(separator: " ")
        // dig splits the digits into several words.
        let digits = words.dropFirst(3).joined().uppercased()
        guard words.count > 3, words[0...2].allSatisfy({ $0.wholeMatch(of: /0|[1-9][0-9]{0,2}/) != nil }),
            digits.wholeMatch(of: /([0-9A-F]{2})+/) != nil
        else { throw ParseError(text: "invalid TLSA record `\(text)`: expected `3 1 1` and hexadecimal digits") }
        let lengths = ["1": 64, "2": 128]
        if let length = lengths[String(words[2])], digits.count != length {
            throw ParseError(text: "`\(text)` has \(digits.count) hexadecimal digits; expected \(length)")
        }
        description = words[0...2].joined(separator: " ") + " " + digits
    }
}
