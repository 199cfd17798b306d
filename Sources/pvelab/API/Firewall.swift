import Crypto
import Foundation

/// A guest's firewall file (PVE::Firewall).
struct FirewallFile: Sendable {
    var options: [String: String] = [:]
    var rules: [FirewallRule] = []

    private static func digest(_ text: String) -> String {
        Insecure.SHA1.hash(data: Data(text.utf8)).map { String(format: "%02x", $0) }.joined()
    }

    var optionsDigest: String {
        Self.digest(options.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)\n" }.joined())
    }

    /// Changes the options as a `PUT …/options` requests it.
    ///
    /// - Throws: A 500 if the digest differs.
    mutating func change(_ call: Call) throws {
        var given = call.parameters
        if let digest = given.removeValue(forKey: "digest"), digest != optionsDigest { throw Self.modified }
        for key in Node.list(given.removeValue(forKey: "delete")) { options[key] = nil }
        options.merge(given) { $1 }
    }

    static let modified = Failure.internalError(
        "detected modified configuration - file changed by other user? Try again."
    )

    var rulesDigest: String {
        Self.digest(
            rules.map { $0.values.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: " ") }
                .joined(separator: "\n"))
    }
}
