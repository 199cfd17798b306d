import ConfigurationFiles
import Diagnostics
import Engine
import Foundation
import ProxmoxAPI
import RemoteShell
import Resources

/// The private keys that ssh can use on this machine without a prompt for a passphrase.
struct PrivateKeys: Sendable {
    package let shell: any Shell

    /// Checks the private key that `identity` in the inventory names.
    package func check(_ path: String) async throws -> VerifiedCheck {
        func check(_ verdict: VerifiedCheck.Verdict, _ evidence: String, _ advice: String? = nil) -> VerifiedCheck {
            VerifiedCheck(name: "key", verdict: verdict, evidence: evidence, advice: advice)
        }
        guard let attributes = try? FileManager.default.attributesOfItem(atPath: path),
            let mode = attributes[.posixPermissions] as? Int
        else { return check(.fail, "file \(path) does not exist", "Set `ssh: identity:` to the private key file.") }
        // sshkey_perm_ok of OpenSSH: ssh ignores a key that others can read, and reports it only during the login.
        guard mode & 0o077 == 0 else {
            return check(
                .fail, "other users can access \(path) (mode 0\(String(mode, radix: 8))), so ssh ignores it",
                "Run `chmod 600 \(CommandWord.quoted(path))`.")
        }
        let opened = try await shell.run("ssh-keygen -y -P '' -f \(path) </dev/null")
        if opened.exit == 0 {
            return check(.pass, "\(path) (\(opened.text.split(separator: " ").first ?? "of unknown type"))")
        }
        guard opened.errorText.contains("incorrect passphrase") else {
            let reason = opened.errorText.split(whereSeparator: \.isNewline).last.map(String.init) ?? ""
            return check(.fail, "\(path) is not a private key that ssh can read: \(reason)")
        }
        let inAgent = try await shell.run(
            """
            key=$(ssh-keygen -l -f \(path) </dev/null | cut -d ' ' -f 2) && [ -n "$key" ] && ssh-add -l | grep -qF "$key"
            """)
        if inAgent.exit == 0 { return check(.pass, "\(path), loaded in the agent") }
        return check(
            .fail, "\(path) has a passphrase and is not loaded in the agent",
            "Load it into the agent before each session: `ssh-add \(path)`.")
    }

    /// Checks the keys that ssh uses by default, if the inventory names none.
    func checkDefaults() async throws -> VerifiedCheck {
        let agent = try await shell.run("ssh-add -l")
        let keys = agent.exit == 0 ? agent.text.split(whereSeparator: \.isNewline).count : 0
        let files = try await shell.run("ls ~/.ssh/id_* 2>/dev/null | grep -v '[.]pub$'")
        let found = files.text.split(whereSeparator: \.isNewline).map(String.init)
        let told = (keys > 0 ? ["\(keys) in the agent"] : []) + found
        return told.isEmpty
            ? VerifiedCheck(
                name: "key", verdict: .warn, evidence: "no key in the agent, and none of ssh's default key files",
                advice: "Set `ssh: identity:` to the private key file, or load it: `ssh-add FILE`.")
            : VerifiedCheck(name: "key", verdict: .pass, evidence: told.joined(separator: ", "))
    }

    /// Returns the public key types that ssh on this machine supports, or nil if the query fails.
    func knownTypes() async throws -> Set<String>? {
        let answer = try await shell.run("ssh -Q key")
        guard answer.exit == 0 else { return nil }
        return Set(answer.text.split(whereSeparator: \.isNewline).map(String.init))
    }
}
