/// The rule by which an endpoint's certificate is trusted. There is no rule that trusts every certificate.
public enum Trust: Sendable, Hashable {
    /// The certificate is signed by an authority in this PEM file and valid for the name or address of the endpoint.
    case authority(file: String)
    /// The certificate has this digest, whatever its signer and its name.
    case fingerprint(Digest)

    /// The SHA-256 digest of a certificate in DER form.
    public struct Digest: Sendable, Hashable, CustomStringConvertible {
        let bytes: [UInt8]

        /// Parses pairs of hexadecimal digits with colons, as `openssl x509 -fingerprint -sha256` prints them. Fails
        /// for any other text.
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

/// The address and port of an API.
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
