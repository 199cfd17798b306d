import Foundation

/// The value of `ssh-public-keys`: one key per line.
enum PublicKeys {
    /// The key types that Proxmox's `ssh-keygen -l` accepts. It rejects the keys of security tokens (`sk-…`).
    private static let types = [
        "ssh-ed25519", "ssh-rsa", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521",
    ]

    /// Checks the keys (PVE::Tools, validate_ssh_public_keys). Each line that is not blank must be a key, so comments
    /// are rejected.
    static func check(_ text: String) throws {
        guard lines(text).allSatisfy(isKey) else { throw Failure.internalError("SSH public key validation error") }
    }

    static func lines(_ text: String) -> [String] {
        text.split(whereSeparator: \.isNewline).map { $0.trimmingCharacters(in: .whitespaces) }.filter { !$0.isEmpty }
    }

    /// Returns whether a line is a key. Options such as `from="…"` may precede it. The key's data repeats its type,
    /// after the length of the type.
    private static func isKey(_ line: String) -> Bool {
        let words = line.split(whereSeparator: \.isWhitespace).map(String.init)
        guard !line.hasPrefix("#"), let index = words.firstIndex(where: types.contains), index + 1 < words.count,
            let data = Data(base64Encoded: words[index + 1])
        else { return false }
        let type = Data(words[index].utf8)
        return data.count > 4 + type.count && data.dropFirst(4).prefix(type.count) == type
    }
}
