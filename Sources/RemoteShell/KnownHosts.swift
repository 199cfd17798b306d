import Foundation

/// A known_hosts file of one site. ssh trusts this file only.
public struct KnownHosts: Sendable {
    public let path: String

    public init(path: String) { self.path = path }

    /// Returns the keys that are known under a name, each as `type base64`.
    ///
    /// - Throws: a Cocoa error if the file exists and cannot be read.
    public func keys(of alias: String) throws -> [String] {
        try entries().filter { $0.alias == alias }.map(\.key)
    }

    /// Returns the content of the file in which these keys are the only ones known under a name. The caller must write
    /// it durably, because a guest that has got new keys has no others.
    ///
    /// - Throws: a Cocoa error if the file exists and cannot be read.
    public func text(pinning keys: [String], as alias: String) throws -> String {
        let others = try entries().filter { $0.alias != alias }
        return (others + keys.map { (alias, $0) }).map { "\($0) \($1)\n" }.joined()
    }

    private func entries() throws -> [(alias: String, key: String)] {
        guard FileManager.default.fileExists(atPath: path) else { return [] }
        return try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").compactMap { line in
            let parts = line.split(separator: " ", maxSplits: 1)
            return parts.count == 2 ? (String(parts[0]), String(parts[1])) : nil
        }
    }
}

/// Scripts that read and replace the host keys of sshd, inside the host.
///
/// A clone has the keys of its template, which every other clone of it has too; so each guest gets its own keys.
public enum HostKeys {
    /// Prints the public keys in use.
    public static let read: Script = "cat /etc/ssh/ssh_host_*_key.pub"

    /// Prints the public Ed25519 key in use.
    public static let readOwn: Script = "cat /etc/ssh/ssh_host_ed25519_key.pub"

    /// Makes sshd read its keys again. Open connections stay open.
    public static let reload: Script = "systemctl reload-or-restart ssh"

    /// Creates new keys next to those in use, and prints the new public keys.
    ///
    /// It creates no RSA key: that takes most of a second, and every ssh since OpenSSH 6.5 supports Ed25519. sshd
    /// ignores key files that do not exist (sshd_config(5), HostKey).
    ///
    /// - Parameter folder: a folder name that no other run uses, because the script of a killed run may still be
    ///   running. Folders of earlier runs are removed.
    public static func prepare(in folder: String) -> Script {
        let path = parent + folder
        return """
            set -eu
            rm -rf \(parent)*
            mkdir -m 0700 \(path)
            for type in ed25519 ecdsa; do
                ssh-keygen -q -t "$type" -N '' -C "root@$(hostname)" -f \(path)"/ssh_host_${type}_key"
            done
            cat \(path)/ssh_host_*_key.pub
            """
    }

    /// Replaces the keys in use with the prepared ones. sshd uses them after ``reload``.
    public static func install(from folder: String) -> Script {
        let path = parent + folder
        return """
            set -eu
            mv -f \(path)/ssh_host_* /etc/ssh/
            rm -f /etc/ssh/ssh_host_rsa_key* /etc/ssh/ssh_host_dsa_key*
            rmdir \(path)
            """
    }

    private static let parent = "/etc/ssh/mxprovision."

    /// Parses lines of the form `ssh-ed25519 AAAA… comment` into keys, each as `type base64`.
    public static func keys(in text: String) -> [String] {
        text.split(separator: "\n").compactMap { line in
            let words = line.split(separator: " ")
            guard words.count >= 2, words[0].wholeMatch(of: /[a-z0-9@.-]+/) != nil,
                words[1].wholeMatch(of: /[A-Za-z0-9+\/]+=*/) != nil
            else { return nil }
            return "\(words[0]) \(words[1])"
        }
    }
}
