/// One call of the API as a value, with the type of its answer.
public struct Request<Answer: Decodable & Sendable>: Sendable {
    enum Method: String, Sendable {
        case get = "GET"
        case post = "POST"
        case put = "PUT"
        case delete = "DELETE"
    }

    var method: Method
    /// The path segments below `/api2/json`, not yet encoded.
    var path: [String]
    /// The parameters: in the query of GET and DELETE, in the body of POST and PUT. Their order is kept, so that logs
    /// are readable.
    var parameters: [(name: String, value: String)] = []

    init(_ method: Method, _ path: [String], _ parameters: [(String, String?)] = []) {
        self.method = method
        self.path = path
        self.parameters = parameters.compactMap { name, value in value.map { (name, $0) } }
    }
}

/// The answer of a call without a result: `{"data": null}`.
public struct Nothing: Decodable, Sendable, Equatable {
    public init(from decoder: any Decoder) throws {}
    init() {}
}

/// Percent-encoding of RFC 3986 that keeps only the unreserved ASCII characters: Proxmox's form parser splits at `;`
/// and at every `=`, and decodes `+` to a space.
enum PercentEncoding {
    static func encode(_ text: String) -> String {
        var encoded = ""
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"):
                encoded.unicodeScalars.append(Unicode.Scalar(byte))
            default:
                let digits = String(byte, radix: 16, uppercase: true)
                encoded += "%" + (digits.count == 1 ? "0" : "") + digits
            }
        }
        return encoded
    }

    static func form(_ pairs: [(name: String, value: String)]) -> String {
        pairs.map { "\(encode($0.name))=\(encode($0.value))" }.joined(separator: "&")
    }
}
