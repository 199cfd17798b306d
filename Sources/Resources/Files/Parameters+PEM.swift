import ConfigurationFiles
import Diagnostics
import Foundation

/// The content that a PEM file must have (RFC 7468).
package enum PEMLabel: String {
    case privateKey = "PRIVATE KEY"
    case certificate = "CERTIFICATE"
}

extension Parameters {
    /// Returns the path and the text of a PEM file on this machine.
    package mutating func pem(in key: String, _ label: PEMLabel) -> (path: String, text: String) {
        let path = path(key)
        return (path, path.isEmpty ? "" : pem(at: path, of: key, label))
    }

    /// Returns the text of a PEM file that a key, or an item of its list, names. Only the owner may have access to a
    /// file with a private key.
    package mutating func pem(at path: String, of key: String, item: Int? = nil, _ label: PEMLabel) -> String {
        let data = try? Data(contentsOf: URL(filePath: path))
        guard let text = data.flatMap({ try? ExternalText.decode($0) }), text.contains("-----BEGIN"),
            text.contains(label.rawValue)
        else {
            let wanted = label.rawValue.lowercased()
            wrong(key, item: item, "`\(key)`: `\(path)` is not a PEM file with a \(wanted)")
            return ""
        }
        if label == .privateKey,
            let mode = try? FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int,
            mode & 0o077 != 0
        {
            wrong(
                key, item: item,
                "`\(key)`: `\(path)` is accessible to other users; run `chmod 600 \(CommandWord.quoted(path))`")
        }
        return text.hasSuffix("\n") ? text : text + "\n"
    }
}
