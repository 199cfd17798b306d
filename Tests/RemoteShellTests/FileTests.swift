import Foundation
import Testing

@testable import RemoteShell

extension `Over ssh` {
    /// Larger than any pipe's buffer, with every byte value.
    private static let content = Data((0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 &* 7919 >> 3) })

    @Test func `files are sent and received unchanged`() async throws {
        try await SSHServer.withShell { shell, server in
            let (source, target) = (server.folder.path("source"), server.folder.path("it's there"))
            try Self.content.write(to: URL(filePath: source))
            let sent = try await shell.send(source, to: "cat >\(target)")
            #expect(sent.exit == 0 && sent.errors.isEmpty)
            #expect(try Data(contentsOf: URL(filePath: target)) == Self.content)

            let copy = server.folder.path("copy")
            let received = try await shell.receive("cat \(target); echo done >&2; exit 3", into: copy)
            #expect(received == CommandResult(exit: 3, errors: Data("done\n".utf8)))
            #expect(try Data(contentsOf: URL(filePath: copy)) == Self.content)
            let mode = try FileManager.default.attributesOfItem(atPath: copy)[.posixPermissions] as? Int
            #expect(mode == 0o600)
        }
    }

    @Test func `an existing file is not overwritten`() async throws {
        try await SSHServer.withShell { shell, server in
            let path = server.folder.path("copy")
            try Data("mine".utf8).write(to: URL(filePath: path))
            await #expect(throws: CocoaError.self) { try await shell.receive("echo theirs", into: path) }
            #expect(try String(contentsOfFile: path, encoding: .utf8) == "mine")
        }
    }

    @Test func `a script need not read a whole file`() async throws {
        try await SSHServer.withShell { shell, server in
            let source = server.folder.path("source")
            try Self.content.write(to: URL(filePath: source))
            let answer = try await shell.send(source, to: "head -c 3 >/dev/null; echo enough >&2; exit 7")
            #expect(answer == CommandResult(exit: 7, errors: Data("enough\n".utf8)))
        }
    }

    @Test func `an unreachable host is reported for a file transfer`() async throws {
        try await SSHServer.withServer { server in
            var destination = try server.destination()
            destination.port = 1
            let shell = try SSHShell(destination)
            let path = server.folder.path("copy")
            await #expect(throws: ShellError.self) { try await shell.receive("true", into: path) }
            await #expect(throws: ShellError.self) { try await shell.send(path, to: "true") }
            await shell.close()
        }
    }
}
