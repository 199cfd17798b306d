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
    var rulesDigest: String {
        Self.digest(
            rules.map { $0.values.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: " ") }
                .joined(separator: "\n"))
    }
}
