import Foundation

/// A TSIG key of one lab, by which the name server takes changes (RFC 2136, RFC 8945).
struct UpdateKey: Sendable {
    var name: String
    /// The secret alone, in base64; mode 0600.
    var file: String

    /// The same as BIND reads it.
    var configurationFile: String { file + ".conf" }

    func make() throws {
        var random = SystemRandomNumberGenerator()
        let secret = Data((0..<32).map { _ in UInt8.random(in: 0...255, using: &random) }).base64EncodedString()
        try LabFolder.write(secret + "\n", to: file, mode: 0o600)
        let configuration = #"key "\#(name)" { algorithm hmac-sha256; secret "\#(secret)"; };"# + "\n"
        try LabFolder.write(configuration, to: configurationFile, mode: 0o600)
    }
}
