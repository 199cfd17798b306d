import Foundation

/// What a PEM file is to have (RFC 7468).
enum PEMLabel: String {
    case privateKey = "PRIVATE KEY"
    case certificate = "CERTIFICATE"
}

extension Parameters {
    /// A PEM file of this machine: its path and its text.
    mutating func pem(in key: String, _ label: PEMLabel) -> (path: String, text: String) {
        let path = path(key)
        return (path, path.isEmpty ? "" : pem(at: path, of: key, label))
    }

    /// The text of a PEM file that a key, or an item of its list, names. One with a private key must be its owner's alone.
    mutating func pem(at path: String, of key: String, item: Int? = nil, _ label: PEMLabel) -> String {
        guard let text = try? String(contentsOfFile: path, encoding: .utf8), text.contains("-----BEGIN"),
            text.contains(label.rawValue)
        else {
            let wanted = label.rawValue.lowercased()
            wrong(key, item: item, "`\(key)` is `\(path)`, which is no PEM file with a \(wanted)")
            return ""
        }
        if label == .privateKey,
            let mode = try? FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int,
            mode & 0o077 != 0
        {
            wrong(
                key, item: item, "`\(key)` is `\(path)`, which is open to others than its owner; `chmod 600` closes it")
        }
        return text.hasSuffix("\n") ? text : text + "\n"
    }
}
