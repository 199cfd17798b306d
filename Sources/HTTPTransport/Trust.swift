/// Why an endpoint's certificate is believed. There is no way to believe every one.
public enum Trust: Sendable, Hashable {
    /// It is signed by an authority of this PEM file, and made out for the name or address that is called.
    case authority(file: String)
    /// It is this one, whoever signed it and whatever name is on it.
    case fingerprint(Digest)

    /// The SHA-256 digest of a certificate in DER.
    public struct Digest: Sendable, Hashable, CustomStringConvertible {
        let bytes: [UInt8]

        /// Pairs of hexadecimal digits with colons, as `openssl x509 -fingerprint -sha256` shows them; nil for anything
        /// else.
        public init?(_ text: String) {
            let pairs = text.split(separator: ":", omittingEmptySubsequences: false)
            let bytes = pairs.compactMap {
                $0.utf8.count == 2 && $0.allSatisfy(\.isHexDigit) ? UInt8($0, radix: 16) : nil
            }
            guard pairs.count == 32, bytes.count == 32 else { return nil }
            self.bytes = bytes
        }

        init(bytes: [UInt8]) { self.bytes = bytes }

        public var description: String {
            bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16, uppercase: true) }.joined(separator: ":")
        }
    }
}

/// Where an API listens.
public struct Endpoint: Sendable, Hashable, CustomStringConvertible {
    /// A name or an address, without brackets.
    public var host: String
    public var port: Int

    public init(host: String, port: Int) {
        self.host = host
        self.port = port
    }

    var url: String { "https://\(host.contains(":") ? "[\(host)]" : host):\(port)" }
    public var description: String { "\(host):\(port)" }
}
