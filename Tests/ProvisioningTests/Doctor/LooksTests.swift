import Foundation
import RemoteShell
import TestSupport
import Testing

@testable import Alerts
@testable import BackupMX
@testable import ConfigurationFiles
@testable import Engine
@testable import Guests
@testable import Resources
@testable import Sites

@Suite struct `A private key` {
    private let folder = ScratchFolder()
    private let keys = PrivateKeys(shell: ProcessShell.local)

    private func make(_ name: String, passphrase: String = "") async throws -> String {
        let path = "\(folder.path)/\(name)"
        let made = try await ProcessShell.local.run("ssh-keygen -q -t ed25519 -N \(passphrase) -f \(path) </dev/null")
        try #require(made.exit == 0, "\(made.errorText)")
        return path
    }

    @Test func `passes if ssh can use it without interaction`() async throws {
        let path = try await make("key")
        #expect(
            try await keys.check(path)
                == VerifiedCheck(name: "key", verdict: .pass, evidence: "\(path) (ssh-ed25519)"))
    }

    @Test func `is reported if it is missing, readable by others, or invalid`() async throws {
        let path = try await make("open")
        #expect(try await keys.check(folder.path + "/none").evidence == "file \(folder.path)/none does not exist")
        try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: path)
        let open = try await keys.check(path)
        #expect(
            open.verdict == .fail && open.evidence.contains("mode 0644") && open.advice == "Run `chmod 600 \(path)`.")

        let other = folder.path + "/other"
        try "no key\n".write(toFile: other, atomically: true, encoding: .utf8)
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: other)
        let unreadable = try await keys.check(other)
        #expect(unreadable.verdict == .fail && unreadable.evidence.contains("not a private key that ssh can read"))
    }

    @Test func `with a passphrase is reported unless the agent has it`() async throws {
        let path = try await make("locked", passphrase: "five words")
        let locked = try await keys.check(path)
        #expect(locked.verdict == .fail && locked.evidence.contains("has a passphrase"), "\(locked)")

        let plain = try await make("plain")
        let agent = AgentShell(socket: folder.path + "/agent")
        // The agent gets the same key without its passphrase, as from `ssh-add`.
        let opened = try await agent.run(
            "cp \(path) \(plain) && ssh-keygen -q -p -P 'five words' -N '' -f \(plain) && ssh-add -q \(plain)")
        try #require(opened.exit == 0, "\(opened.errorText)")
        #expect(try await PrivateKeys(shell: agent).check(path).evidence == "\(path), loaded in the agent")
        _ = try await agent.run("kill \"$(cat \(folder.path + "/agent.pid"))\"")
    }

    /// A local shell with its own agent, which the first script starts.
    private struct AgentShell: Shell {
        let socket: String
        func run(_ script: Script) async throws -> CommandResult {
            try await ProcessShell.local.run(
                """
                SSH_AUTH_SOCK=\(socket); export SSH_AUTH_SOCK
                [ -S \(socket) ] || { eval "$(ssh-agent -s -a \(socket))" && echo "$SSH_AGENT_PID" >\(socket + ".pid"); } >/dev/null
                \(script)
                """)
        }
    }
}

@Suite struct `An address conflict` {
    @Test(
        arguments: [
            ("pinged\n", "it answers a ping"), ("own\npinged\n", "the host that ran the check has it"),
            (
                "10.2.0.25 dev vmbr0 lladdr bc:24:11:00:00:01 ref 1 used 0/0/0 probes 1 REACHABLE\n",
                "bc:24:11:00:00:01 answers for it"
            ),
            // Confirmed 20 seconds ago, but does not answer now.
            ("10.2.0.25 dev vmbr0 lladdr bc:24:11:00:00:01 used 1/20/20 probes 1 REACHABLE\n", nil),
            ("10.2.0.25 dev vmbr0 lladdr bc:24:11:00:00:01 used 0/99/99 probes 1 DELAY\n", nil),
            ("10.2.0.25 dev vmbr0  used 2/2/1 probes 3 FAILED\n", nil), ("", nil),
        ] as [(String, String?)])
    func `is reported if the address responds now`(answer: String, sign: String?) {
        #expect(AddressConflict.sign(in: answer) == sign)
    }

    @Test func `is checked by a script that any sh can run`() async throws {
        let answer = try await ProcessShell.local.run(AddressConflict.question("127.0.0.1"))
        #expect(answer.exit == 0 && AddressConflict.sign(in: answer.text) != nil, "\(answer.text) \(answer.errorText)")
    }
}

@Suite struct `An SMTP greeting` {
    @Test func `is shown, or why it is missing`() async throws {
        // No server listens on port 1 of loopback.
        let refused = try await Greeting.ask("127.0.0.1", 1, through: ProcessShell.local)
        #expect(refused.text == "Connection refused" && !refused.isReached && !refused.isPositive)
        #expect(Greeting(CommandResult(exit: 124)).text == "no answer within 12 s")
        #expect(Greeting(CommandResult(exit: 0, output: Data("220 mx\r\n".utf8))).isPositive)
        let busy = Greeting(CommandResult(exit: 0, output: Data("421 busy\r\n".utf8)))
        #expect(busy.isReached && !busy.isPositive && busy.text == "421 busy")
    }
}

@Suite struct `A volume` {
    @Test(arguments: [
        ("local-lvm:base-100-disk-0,size=4G", "local-lvm", 4 << 30),
        ("tank:subvol-1-disk-0,mp=/x,size=512M", "tank", 512 << 20),
        ("volume=local:100/vm-100-disk-0.raw,size=1.5T", "local", 3 << 39), ("local:100/x.raw", "local", 0),
    ])
    func `shows its storage and size`(text: String, storage: String, size: Int) {
        #expect(Volume(text) == Volume(storage: storage, size: size))
    }

    @Test func `is neither a bind mount nor a device`() {
        #expect(Volume("/srv/data,mp=/data") == nil && Volume("/dev/sdb1,mp=/data,size=4G") == nil)
    }
}
