import Foundation
import Testing

@testable import Engine

/// A host in the place of the guest or the node that accepts every login and records every byte that it receives.
@Suite(.enabled(if: Lab.isUp, "needs `pvelab run`"), .serialized, .ownThreads, .timeLimit(.minutes(30)))
struct `An impostor behind ssh` {
    private let lab: Lab
    private let id = 164
    private let address = "10.2.0.61"
    private let playbook: String

    init() throws {
        lab = try Lab(inventory: "impostors")
        try lab.replace("vmid: 110", by: "vmid: \(id)")
        try lab.replace(#"10\.2\.0\.25"#, by: address)
        playbook = lab.folder + "/short.yml"
        try
            "name: short\nsteps:\n- id: hostname\n  hostname: {name: \"{{ hostname }}\"}\n- id: note\n  file: {path: /etc/note, content: x}\n"
            .write(toFile: playbook, atomically: true, encoding: .utf8)
    }

    private func mxprovision(_ words: [String]) throws -> Lab.Outcome {
        try lab.mxprovision([words[0], "bare", "--playbook", playbook] + words.dropFirst())
    }

    /// Runs a command in the guest through the node, without a key check.
    private func inside(_ command: String) throws -> String {
        let answer = try lab.node("pct exec \(id) -- sh -c '\(command)'")
        try #require(answer.status == 0, "\(command): \(answer.output)")
        return answer.output.trimmingCharacters(in: .whitespacesAndNewlines)
    }

    /// Returns the bytes received after a login, and the number of logins.
    private func taken() throws -> (bytes: String, logins: String) {
        // Under load the journal lags behind sshd.
        _ = try inside("journalctl --sync")
        return (
            try inside("cat /run/taken 2>/dev/null | wc -c"),
            try inside("journalctl --unit ssh --grep \"Accepted publickey\" --quiet --output cat | wc -l")
        )
    }

    /// Gives sshd an impostor's host key, and replaces every command by a recorder.
    private func impersonate(with key: String) throws {
        _ = try inside(
            "mkdir -p /run/sshd; rm -f /run/taken; umask 077; printf \"%s\\n\" \"\(key)\" > /etc/ssh/impostor")
        _ = try inside(
            "printf \"HostKey /etc/ssh/impostor\\nForceCommand cat >>/run/taken\\n\" > /etc/ssh/sshd_config.d/0.conf")
        _ = try inside("sshd -t && systemctl restart ssh")
    }

    /// The guest has its own key, accepts the login, prints nothing and does not end.
    private func aSilentGuestHasATimeLimit() throws {
        try lab.replace("\ndefaults:\n", by: "\ndrill: {mailbox: ['true']}\ndefaults:\n")
        _ = try inside(
            "printf \"ForceCommand sleep 86400\\n\" > /etc/ssh/sshd_config.d/0.conf && systemctl restart ssh")
        let limits = ["--query-timeout", "3", "--change-timeout", "3"]
        let commands = [
            ["plan"], ["status"], ["up"], ["verify", "--only", "queue", "primary"], ["drill"], ["alert"],
        ]
        for words in commands {
            let start = ContinuousClock.now
            let outcome = try mxprovision(words + limits)
            #expect(outcome.status == 1, "\(words): \(outcome.output)")
            #expect(
                outcome.output.contains("timeout: \(address) did not finish within 3 s (waited for the answer to "),
                "\(words): \(outcome.output)")
            #expect(ContinuousClock.now - start < .seconds(60), "\(words)")
        }
        // Such a guest delays no other site.
        let all = try lab.mxprovision(["plan", "--all", "--playbook", playbook] + limits)
        #expect(all.status == 1 && all.output.contains("✗ bare"), "\(all.output)")
        #expect(all.output.contains("clone of 101"), "\(all.output)")
    }

    @Test func `receives no byte of a script with any key except the right one`() throws {
        let up = try mxprovision(["up"])
        try #require(up.status == 0, "\(up.output)")
        let other = lab.folder + "/other"
        try #require(try lab.run("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", other]).status == 0)
        let world = try lab.world
        // Every host key of the guest is its own, one for each remaining type.
        let templates = try lab.run("sh", ["-c", "cat \(world)/guests/100/root/etc/ssh/ssh_host_*_key.pub"]).output
        let own = try inside("cat /etc/ssh/ssh_host_*_key.pub").split(separator: "\n")
        #expect(own.count == 2 && own.allSatisfy { !templates.contains($0.split(separator: " ")[1]) }, "\(own)")
        let keys = [
            "another key": other,
            "the template's, which was the right one before the guest got its own":
                "\(world)/guests/100/root/etc/ssh/ssh_host_ed25519_key",
        ]
        for (name, file) in keys {
            let key = try String(contentsOfFile: file, encoding: .utf8)
            try impersonate(with: key.trimmingCharacters(in: .newlines))
            let before = try taken()
            let commands = [
                ["plan"], ["up"], ["status"], ["rebuild", "--yes", "--drain", "0"],
                ["teardown", "--yes", "--now", "--drain", "0"],
            ]
            for words in commands {
                let outcome = try mxprovision(words)
                #expect(outcome.status == 1, "\(name), \(words): \(outcome.output)")
                #expect(
                    outcome.output.contains("the ssh host key of \(address) has changed"),
                    "\(name), \(words): \(outcome.output)")
            }
            let after = try taken()
            #expect(after == before, "\(name)")
            #expect(before.bytes == "0")
        }

        // The same host in the place of the node.
        let inventory = try String(contentsOfFile: lab.folder + "/lab.yml", encoding: .utf8)
        let node = try #require(lab.environment["PVELAB_NODE_HOST_KEY"])
        try lab.replace(
            "host_key: ssh-ed25519 [A-Za-z0-9+/=]+\\}",
            by: "via: node, trust: node, node: {address: \(address), host_key: \(node)}}")
        let before = try taken()
        for words in [["plan"], ["up"], ["doctor"]] {
            let outcome = try mxprovision(words)
            #expect(outcome.status == 1, "\(words): \(outcome.output)")
            #expect(outcome.output.contains("has changed"), "\(words): \(outcome.output)")
        }
        #expect(try taken() == before)
        try inventory.write(toFile: lab.folder + "/lab.yml", atomically: true, encoding: .utf8)

        // A client that does not check the host key is recorded.
        let fooled = try lab.run(
            "sh",
            [
                "-c",
                "echo stolen | ssh -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -i \"$PVELAB_SSH_KEY\" root@\(address)",
            ])
        #expect(try taken().bytes == "7", "\(fooled.output)")

        try aSilentGuestHasATimeLimit()
        _ = try inside("rm /etc/ssh/sshd_config.d/0.conf && systemctl restart ssh")
        let teardown = try mxprovision(["teardown", "--yes", "--now", "--drain", "0"])
        #expect(teardown.status == 0, "\(teardown.output)")
    }
}
