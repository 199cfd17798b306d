import Foundation
import Testing

@testable import RemoteShell

extension `Over ssh` {
    /// The result is exact whatever the login prints; it has its own exit status.
    private static let script: Script = "echo out; cat; echo err >&2; exit 7"
    private static let answer = CommandResult(exit: 7, output: Data("out\n".utf8), errors: Data("err\n".utf8))

    @Test func `each user configuration works, or the error names the option`() async throws {
        #expect(UserConfiguration.all.count >= 40)
        try await SSHServer.withServer { server in
            let destination = try server.destination()
            for user in UserConfiguration.all {
                try server.folder.write(
                    user.lines.replacing("@PORT@", with: "\(server.port)")
                        .replacing("@FOLDER@", with: server.folder.root) + "\n", to: "ssh_config")
                let shell = try SSHShell(destination)
                let folder = shell.folder.path
                do {
                    let answer = try await shell.run(Self.script)
                    guard case .success = user.result else {
                        Issue.record("\(user.lines): no error")
                        continue
                    }
                    #expect(answer == Self.answer, "\(user.lines): \(answer.text) \(answer.errorText)")
                } catch let error as ShellError {
                    let text = [error.errorDescription, error.failureReason, error.recoverySuggestion]
                        .compactMap(\.self).joined(separator: "\n")
                    guard case .error(let naming) = user.result else {
                        Issue.record("\(user.lines): \(text)")
                        continue
                    }
                    #expect(text.contains(naming), "\(user.lines): \(text)")
                    #expect(error.failureReason != nil, "\(user.lines)")
                    #expect(!text.contains("Run the command again"), "\(user.lines): \(text)")
                }
                await shell.close()
                #expect(!FileManager.default.fileExists(atPath: folder))
            }
        }
    }

    @Test func `no user configuration makes an unknown host trusted`() async throws {
        let lines = [
            "StrictHostKeyChecking no", "NoHostAuthenticationForLocalhost yes", "UserKnownHostsFile @FOLDER@/trusted",
            "KnownHostsCommand /bin/cat @FOLDER@/trusted", "GlobalKnownHostsFile @FOLDER@/trusted",
            "VerifyHostKeyDNS yes", "UpdateHostKeys yes\nStrictHostKeyChecking accept-new", "HostKeyAlias trusted",
        ]
        try await SSHServer.withServer { server in
            let destination = try server.destination(trusting: [])
            let key = try server.folder.hostKey()
            try server.folder.write("guest \(key)\ntrusted \(key)\n", to: "trusted")
            for line in lines {
                try server.folder.write(line.replacing("@FOLDER@", with: server.folder.root) + "\n", to: "ssh_config")
                let shell = try SSHShell(destination)
                let error = await #expect(throws: ShellError.self) { try await shell.run("true") }
                guard case .hostKeyUnknown = error else {
                    Issue.record("\(line): \(String(describing: error))")
                    continue
                }
                await shell.close()
            }
        }
    }

    @Test func `the user's configuration gives address, port and user if the inventory does not`() async throws {
        try await SSHServer.withShell(account: .stranger(maySudo: true)) { _, server in
            let block = "HostName 127.0.0.1\nPort \(server.port)\nUser \(server.user)\n"
            for config in ["Host guest.lan\n\(block)", "Host other\nPort 1\nHost *\n\(block)"] {
                try server.folder.write(config, to: "ssh_config")
                var destination = try server.destination()
                (destination.host, destination.user, destination.port) = ("guest.lan", "root", 22)
                (destination.isUserDefault, destination.isPortDefault) = (true, true)
                let shell = try SSHShell(destination)
                #expect(try await shell.run(Self.script) == Self.answer)
                await shell.close()
            }
            let used = try String(contentsOfFile: server.folder.path("sudo.log"), encoding: .utf8)
            #expect(used.hasPrefix("-n /bin/sh -c "), "\(used)")
        }
    }

    @Test func `the default user is the inventory's default, and not this machine's user`() async throws {
        try await SSHServer.withServer { server in
            var destination = try server.destination()
            destination.isUserDefault = true
            destination.isPortDefault = true
            let shell = try SSHShell(destination)
            #expect(try await shell.run(Self.script) == Self.answer)
            await shell.close()
            destination.user = "mxp-nobody"
            let other = try SSHShell(destination)
            let error = await #expect(throws: ShellError.self) { try await other.run("true") }
            guard case .denied(_, let reason) = error, reason.contains("mxp-nobody@") else {
                Issue.record("\(String(describing: error))")
                return
            }
            await other.close()
        }
    }

    @Test(arguments: [
        "StdinNull yes", "RemoteCommand tmux", "ForkAfterAuthentication yes", "SessionType none", "RequestTTY force",
        "LocalForward 127.0.0.1:1 x:1\nExitOnForwardFailure yes", "PermitLocalCommand yes\nLocalCommand echo local",
    ])
    func `the user's options do not affect the clients of jump hosts`(option: String) async throws {
        try await SSHServer.withServer { jump in
            try await SSHServer.withServer { server in
                _ = try jump.destination()
                let bastion = """
                    Host bastion
                        HostName 127.0.0.1
                        Port \(jump.port)
                        User \(jump.user)
                        HostKeyAlias guest
                        UserKnownHostsFile \(jump.folder.path("known_hosts"))
                        IdentityFile \(jump.folder.path("identity"))
                        IdentitiesOnly yes

                    """
                for isOurs in [true, false] {
                    var destination = try server.destination()
                    destination.isUserDefault = true
                    destination.isPortDefault = true
                    if isOurs { destination.jump = "bastion" }
                    let way = isOurs ? "" : "Host 127.0.0.1\n    ProxyJump bastion\n"
                    try server.folder.write("\(bastion)\(way)Host *\n\(option)\n", to: "ssh_config")
                    let shell = try SSHShell(destination)
                    #expect(try await shell.run(Self.script) == Self.answer)
                    await shell.close()
                }
            }
        }
    }

    /// Characters that are special to ssh's parser, its expansions, or glob(7).
    private static let names = [
        "two words", "100%h %% %", "a\"b", "it's", "back\\slash\\", "#hash", "$HOME", "${HOME} ${", "ümläut 鍵", "~root",
        "tab\there", "a'b\"c\\d %d #e", "[a-z]*?", "=equals=", "-dash", " blanks ", "none", "new\nline",
    ]

    @Test func `ssh gets paths unchanged`() async throws {
        try await SSHServer.withServer { server in
            let plain = try server.destination()
            for name in Self.names {
                let folder = server.folder.path(name)
                try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
                let identity = try #require(plain.identity)
                for (path, copy) in [(plain.knownHosts, "known hosts"), (identity, name)] {
                    try FileManager.default.copyItem(atPath: path, toPath: "\(folder)/\(copy)")
                }
                var destination = plain
                destination.knownHosts = "\(folder)/known hosts"
                destination.identity = "\(folder)/\(name)"
                if name != "new\nline" {
                    try server.folder.write("RemoteCommand none\n", to: "\(name)/config")
                    destination.configuration = "\(folder)/config"
                }
                let shell = try SSHShell(destination)
                #expect(try await shell.run(Self.script) == Self.answer, "\(name)")

                let socket = ControlSocket(folder: folder, name: "s", isKept: false)
                let line = destination.commandLine(
                    socket, configuration: shell.folder.configuration, ["--", destination.host, "cat"])
                let words = line.variables.map { "\($0)=\($1)" } + ["ssh"] + line.arguments
                _ = try await ProcessShell(executable: "env", arguments: words).run("")
                #expect(FileManager.default.fileExists(atPath: socket.path), "\(name)")
                #expect(socket.end(), "\(name)")
                await shell.close()

                destination.knownHosts = "\(folder)/new hosts"
                destination.acceptsNewKey = true
                let first = try SSHShell(destination)
                #expect(try await first.run(Self.script) == Self.answer, "\(name)")
                await first.close()
                #expect(try KnownHosts(path: destination.knownHosts).keys(of: "guest") == [server.folder.hostKey()])
            }
        }
    }

    @Test func `a relative path is relative to the working directory`() {
        #expect(SSHOption.absolute("~state/x") == FileManager.default.currentDirectoryPath + "/~state/x")
        #expect(SSHOption.absolute("/none") == "/none")
    }
}
