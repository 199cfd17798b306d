import Foundation

/// A TSIG key of one lab that authenticates changes to the name server (RFC 2136, RFC 8945).
struct UpdateKey: Sendable {
    var name: String
    /// The path of a file with only the secret, in base64, mode 0600.
    var file: String

    /// The path of the same key in BIND's format.
    var configurationFile: String { file + ".conf" }

    func make() throws {
        var random = SystemRandomNumberGenerator()
        let secret = Data((0..<32).map { _ in UInt8.random(in: 0...255, using: &random) }).base64EncodedString()
        try LabFolder.write(secret + "\n", to: file, mode: 0o600)
        let configuration = #"key "\#(name)" { algorithm hmac-sha256; secret "\#(secret)"; };"# + "\n"
        try LabFolder.write(configuration, to: configurationFile, mode: 0o600)
    }
}
