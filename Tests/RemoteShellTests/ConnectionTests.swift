import Foundation
import Testing

@testable import RemoteShell

extension `Over ssh` {
    @Test func `many scripts use one connection, which close ends`() async throws {
        try await SSHServer.withShell { shell, server in
            for number in 1...20 {
                let completion = try await shell.run("echo \(number)")
                #expect(completion == CommandResult(exit: 0, output: Data("\(number)\n".utf8)))
            }
            #expect(
                try FileManager.default.contentsOfDirectory(atPath: shell.control.folder).sorted()
                    == ["config", "lock", "ssh"])
            await shell.close()
            #expect(!FileManager.default.fileExists(atPath: shell.control.folder))
            await server.wait(for: "Disconnected from user")
            #expect(await server.logins == 1)
        }
    }

    @Test func `a kept connection is reused until it is ended`() async throws {
        try await SSHServer.withServer { server in
            let destination = try server.destination()
            for _ in 1...2 {
                let shell = try SSHShell(destination, isKept: true)
                #expect(try await shell.run("echo reached").text == "reached\n")
                await shell.close()
            }
            let mode = try FileManager.default.attributesOfItem(
                atPath: try #require(try ControlSocket.shared(for: destination)).folder)[.posixPermissions]
            #expect(mode as? Int == 0o700)
            await server.wait(for: "Accepted publickey")
            #expect(await server.logins == 1)
            let last = try SSHShell(destination, isKept: true)
            #expect(FileManager.default.fileExists(atPath: last.control.path))
            #expect(last.control.end(), "no ssh is left")
            await last.end()
            #expect(!FileManager.default.fileExists(atPath: last.control.path))
            await server.wait(for: "Disconnected from user")
        }
    }

    @Test func `a kept connection is not found under another key of the host`() async throws {
        try await SSHServer.withServer { server in
            let destination = try server.destination()
            let known = KnownHosts(path: destination.knownHosts)
            func pin(_ keys: [String]) throws {
                try known.text(pinning: keys, as: destination.hostKeyAlias)
                    .write(toFile: known.path, atomically: true, encoding: .utf8)
            }
            let one = try #require(try ControlSocket.shared(for: destination))
            #expect(try ControlSocket.shared(for: destination)?.path == one.path)
            let other = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIH+BKcHGBpznz3LmiB9UikNMrNBVNlHEfChbwrLxStLf"
            try pin([other])
            #expect(try ControlSocket.shared(for: destination)?.path != one.path)
            try pin([])
            #expect(try ControlSocket.shared(for: destination) == nil)
        }
    }

    @Test func `ending succeeds if no ssh listens`() async throws {
        let folder = try await ServerFolder()
        defer { folder.remove() }
        #expect(ControlSocket(folder: folder.path("."), name: "none", isKept: false).end())
        try folder.write("", to: "file")
        #expect(ControlSocket(folder: folder.path("."), name: "file", isKept: false).end(), "a socket of a dead ssh")
    }

    @Test func `parallel scripts get their own results`() async throws {
        try await SSHServer.withShell { shell, _ in
            try await withThrowingTaskGroup(of: (Int, String).self) { group in
                for number in 1...8 {
                    group.addTask { (number, try await shell.run("echo \(number); exit \(number)").text) }
                }
                for try await (number, text) in group { #expect(text == "\(number)\n") }
            }
        }
    }

    @Test func `a host without a known key is rejected`() async throws {
        try await SSHServer.withShell(trusting: []) { shell, server in
            let error = await #expect(throws: ShellError.self) { try await shell.run("echo reached") }
            guard case .hostKeyUnknown("127.0.0.1", let reason) = error else {
                Issue.record("\(String(describing: error))")
                return
            }
            #expect(reason.contains("guest"))
            await server.wait(for: "[preauth]")
            #expect(await server.logins == 0)
        }
    }

    @Test func `a host with another key than the known one is rejected`() async throws {
        let folder = try await ServerFolder()
        let known = try folder.hostKey()
        try await folder.changeHostKey()
        try await SSHServer.withShell(in: folder, trusting: [known]) { shell, server in
            let error = await #expect(throws: ShellError.self) { try await shell.run("echo reached") }
            guard case .hostKeyChanged("127.0.0.1", let reason) = error else {
                Issue.record("\(String(describing: error))")
                return
            }
            #expect(reason.contains("SHA256:"))
            await server.wait(for: "[preauth]")
            #expect(await server.logins == 0)
        }
    }

    @Test func `trust on first use stores a new key and trusts only this one`() async throws {
        try await SSHServer.withServer { server in
            var destination = try server.destination(trusting: [])
            destination.acceptsNewKey = true
            let shell = try SSHShell(destination)
            #expect(try await shell.run("echo reached").text == "reached\n")
            await shell.close()
            #expect(try KnownHosts(path: destination.knownHosts).keys(of: "guest") == [server.folder.hostKey()])
        }
    }

    @Test func `a user with an unauthorized key is denied`() async throws {
        try await SSHServer.withShell { shell, server in
            try server.folder.write("", to: "authorized_keys")
            let error = await #expect(throws: ShellError.self) { try await shell.run("echo reached") }
            guard case .denied("127.0.0.1", let reason) = error else {
                Issue.record("\(String(describing: error))")
                return
            }
            #expect(reason.contains("publickey"))
        }
    }

    @Test func `a closed port is unreachable`() async throws {
        let folder = try await ServerFolder()
        defer { folder.remove() }
        var destination = SSHDestination(
            host: "127.0.0.1", port: try SSHServer.freePort(), hostKeyAlias: "guest",
            knownHosts: folder.path("known_hosts"))
        destination.configuration = folder.path("ssh_config")
        let shell = try SSHShell(destination)
        let error = await #expect(throws: ShellError.self) { try await shell.run("echo reached") }
        guard case .unreachable("127.0.0.1", let reason) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(reason.contains("Connection refused"))
        await shell.close()
    }
}
