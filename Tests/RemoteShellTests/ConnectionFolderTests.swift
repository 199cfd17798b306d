import Foundation
import Testing

@testable import RemoteShell

extension `Over ssh` {
    /// The folders that a failed login may leave.
    @Test(arguments: [true, false]) func `a failed login leaves no folder`(isClosed: Bool) async throws {
        try await SSHServer.withServer { server in
            try server.folder.write("", to: "authorized_keys")
            var path = ""
            do {
                let shell = try SSHShell(try server.destination(), isKept: isClosed)
                path = shell.folder.path
                #expect(FileManager.default.fileExists(atPath: path))
                await #expect(throws: ShellError.self) { try await shell.run("true") }
                if isClosed { await shell.close() }
            }
            #expect(!FileManager.default.fileExists(atPath: path))
        }
    }

    @Test func `an unclosed shell ends its connection`() async throws {
        try await SSHServer.withServer { server in
            var path = ""
            do {
                let shell = try SSHShell(try server.destination())
                _ = try await shell.run("true")
                path = shell.folder.path
            }
            #expect(!FileManager.default.fileExists(atPath: path))
            await server.wait(for: "Disconnected from user")
        }
    }

    @Test func `the connection of a cancelled run is ended`() async throws {
        try await SSHServer.withServer { server in
            let started = server.folder.path("started")
            let shell = try SSHShell(try server.destination())
            let task = Task { try await shell.run("mkfifo \(started); echo >\(started); exec sleep 300") }
            try await server.waitForFIFO(started)
            task.cancel()
            await #expect(throws: CancellationError.self) { try await task.value }
            await shell.close()
            #expect(!FileManager.default.fileExists(atPath: shell.folder.path))
        }
    }

    @Test func `only leftovers of killed processes are removed`() async throws {
        try await SSHServer.withServer { server in
            let destination = try server.destination()
            let shell = try SSHShell(destination)
            let parent = server.folder.path("tmp")
            func folder(_ name: String, mode: Int = 0o700, locked: Bool = true) throws -> String {
                let path = "\(parent)/\(name)"
                try FileManager.default.createDirectory(
                    atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: mode])
                if locked { try Data().write(to: URL(filePath: "\(path)/lock")) }
                return path
            }
            let abandoned = try folder("mxp-aaaaaa")
            let line = destination.commandLine(
                ControlSocket(folder: abandoned, name: "ssh", isKept: false),
                configuration: shell.folder.configuration, ["--", destination.host, "true"])
            _ = try await ProcessShell(executable: "ssh", arguments: line.arguments).run("")
            #expect(FileManager.default.fileExists(atPath: "\(abandoned)/ssh"))

            let used = try ConnectionFolder(for: destination, in: parent)
            let kept = [
                used.path, try folder("mxp-open00", mode: 0o755), try folder("mxp-new000", locked: false),
                try folder("mxp-sshd-12345678"), try folder("other"),
            ]
            try FileManager.default.createSymbolicLink(
                atPath: "\(parent)/mxp-link00", withDestinationPath: kept[4])
            ConnectionFolder.removeAbandoned(in: parent)
            #expect(!FileManager.default.fileExists(atPath: abandoned))
            await server.wait(for: "Disconnected from user")
            for path in kept { #expect(FileManager.default.fileExists(atPath: path), "\(path)") }
            used.remove()
            #expect(!FileManager.default.fileExists(atPath: used.path))
            await shell.close()
        }
    }
}
