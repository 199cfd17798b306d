import Foundation
import Testing

@testable import RemoteShell

extension `Over ssh` {
    @Test func `hostile values arrive unchanged over ssh`() async throws {
        try await SSHServer.withShell { shell, _ in
            let value = "'; rm -rf / #\n$(id)\u{1F98A} -"
            let completion = try await shell.run("set -- \(value); printf '%s:' $#; printf %s \"$1\"")
            #expect(completion == CommandResult(exit: 0, output: Data("1:\(value)".utf8)))
        }
    }

    @Test func `large scripts and results are transferred`() async throws {
        try await SSHServer.withShell { shell, _ in
            let word = String(repeating: "0123456789abcdef", count: 256 << 10)
            let completion = try await shell.run("printf %s \(word)")
            #expect(completion.output == Data(word.utf8))
        }
    }

    @Test func `a batch takes one login and one round trip`() async throws {
        try await SSHServer.withShell { shell, server in
            let answers = try await CommandBatch.ask(
                (1...30).map { "printf '\\000\\377'; echo \($0) >&2; exit \($0)" }, through: shell)
            #expect(answers.map(\.exit) == Array(1...30))
            #expect(answers.allSatisfy { $0.output == Data([0, 255]) })
            _ = try await shell.run("true")
            await server.wait(for: "Starting session: command", times: 2)
            #expect(await server.log.ranges(of: "Starting session: command").count == 2)
        }
    }

    @Test func `a user who is not root uses sudo without a prompt`() async throws {
        try await SSHServer.withShell(account: .stranger(maySudo: true)) { shell, server in
            let completion = try await shell.run("echo as root; exit 4")
            #expect(completion == CommandResult(exit: 4, output: Data("as root\n".utf8)))
            let used = try String(contentsOfFile: server.folder.path("sudo.log"), encoding: .utf8)
            #expect(used.hasPrefix("-n /bin/sh -c "))
        }
    }

    @Test func `a user who cannot become root gets an error`() async throws {
        try await SSHServer.withShell(account: .stranger(maySudo: false)) { shell, _ in
            let error = await #expect(throws: ShellError.self) { try await shell.run("echo as root") }
            #expect(error == .noRoot(host: "127.0.0.1", reason: "sudo: a password is required"))
        }
    }

    @Test func `a guest is entered through its node's pct`() async throws {
        try await SSHServer.withServer { server in
            let folder = server.folder
            try folder.write(
                "#!/bin/sh\necho \"$1 $2 $3\" >\(folder.path("pct.log"))\nshift 3\nexec \"$@\"\n", to: "bin/pct",
                mode: 0o755)
            let shell = try SSHShell(try server.destination(), into: 110)
            let completion = try await shell.run("echo inside; exit 5")
            #expect(completion == CommandResult(exit: 5, output: Data("inside\n".utf8)))
            #expect(try String(contentsOfFile: folder.path("pct.log"), encoding: .utf8) == "exec 110 --\n")
            await shell.close()
        }
    }

    @Test func `pct's own failure is not taken for the script's`() async throws {
        try await SSHServer.withServer { server in
            try server.folder.write(
                "#!/bin/sh\necho \"CT $2 not running!\" >&2\nexit 2\n", to: "bin/pct", mode: 0o755)
            let shell = try SSHShell(try server.destination(), into: 110)
            await #expect(throws: ShellError.noScript(host: "127.0.0.1", exit: 2, reason: "CT 110 not running!")) {
                try await shell.run("echo inside")
            }
            await shell.close()
        }
    }

    @Test func `a jump host leads to a server behind it`() async throws {
        try await SSHServer.withServer { jump in
            try await SSHServer.withServer { server in
                var destination = try server.destination()
                _ = try jump.destination()
                destination.jump = "bastion"
                try server.folder.write(
                    """
                    Host bastion
                        HostName 127.0.0.1
                        Port \(jump.port)
                        HostKeyAlias guest
                        UserKnownHostsFile \(jump.folder.path("known_hosts"))
                        IdentityFile \(jump.folder.path("identity"))
                        IdentitiesOnly yes

                    """, to: "ssh_config")
                let shell = try SSHShell(destination)
                let completion = try await shell.run("echo behind")
                #expect(completion.text == "behind\n")
                for host in [jump, server] {
                    await host.wait(for: "Accepted publickey")
                    #expect(await host.logins == 1)
                }
                await shell.close()
            }
        }
    }
}
