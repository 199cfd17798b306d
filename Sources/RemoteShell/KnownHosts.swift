import Foundation

/// A known_hosts file of our own: one site's, believed alone.
public struct KnownHosts: Sendable {
    public let path: String

    public init(path: String) { self.path = path }

    /// The keys known under a name, each `type base64`.
    ///
    /// - Throws: a Cocoa error where there is a file that cannot be read.
    public func keys(of alias: String) throws -> [String] {
        try entries().filter { $0.alias == alias }.map(\.key)
    }

    /// What the file has to say for these to be the only keys known under a name; whoever writes it is to see that it
    /// lasts, as a guest that has got new keys knows no others.
    ///
    /// - Throws: a Cocoa error where there is a file that cannot be read.
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

/// What a host's sshd shows of itself, asked and changed inside the host.
///
/// A clone has its template's keys, which whoever has another clone of it also has; so each guest gets keys of its own.
public enum HostKeys {
    /// Prints the public keys in use.
    public static let read: Script = "cat /etc/ssh/ssh_host_*_key.pub"

    /// Prints the public Ed25519 key in use.
    public static let readOwn: Script = "cat /etc/ssh/ssh_host_ed25519_key.pub"

    /// Has sshd read its keys again. Open connections stay open.
    public static let reload: Script = "systemctl reload-or-restart ssh"

    /// Makes new keys beside those in use, and prints the new public ones.
    ///
    /// No RSA key: it takes most of a second, and every ssh since OpenSSH 6.5 knows Ed25519. sshd does without those of
    /// its keys that are not there (sshd_config(5), HostKey).
    ///
    /// - Parameter folder: a name for where they lie that no other run has: the script of one that was killed may still
    ///   be at work. What it has left is removed.
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

    /// Replaces the keys in use by the prepared ones. sshd shows them after ``reload``.
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

    /// The keys in `ssh-ed25519 AAAA… comment` lines, each `type base64`.
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
