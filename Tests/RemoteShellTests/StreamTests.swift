import Foundation
import Testing

@testable import RemoteShell

extension `Over ssh` {
    private static func greeting(of stream: RemoteStream) async throws -> Data {
        guard let data = try await stream.read() else { throw CocoaError(.fileReadUnknown) }
        return data
    }

    @Test func `a stream transfers every byte in both directions, and ends`() async throws {
        try await SSHServer.withShell { shell, _ in
            // The server itself listens there; it sends a greeting and reads one.
            let port = shell.destination.port
            let text = try await shell.withStream(toPort: port) { stream in
                var text = ""
                while !text.contains("\n"), let data = try await stream.read() {
                    text += String(decoding: data, as: UTF8.self)
                }
                try await stream.write(Data("GET / HTTP/1.1\r\n\r\n".utf8))
                while let data = try await stream.read() { text += String(decoding: data, as: UTF8.self) }
                return text
            }
            #expect(text.hasPrefix("SSH-2.0-OpenSSH"))
            #expect(text.contains("Invalid SSH identification string."))
        }
    }

    @Test func `a stream uses the existing connection`() async throws {
        try await SSHServer.withShell { shell, server in
            _ = try await shell.run("true")
            let port = shell.destination.port
            let isOpen = try await shell.withStream(toPort: port) { try await $0.read() != nil }
            #expect(isOpen)
            let completion = try await shell.run("echo still there")
            #expect(completion.text == "still there\n")
            await server.wait(for: "Starting session: command", times: 2)
            #expect(await server.logins == 1)
        }
    }

    @Test func `a stream through pct works`() async throws {
        try await SSHServer.withServer { server in
            try server.folder.write("#!/bin/sh\nshift 3\nexec \"$@\"\n", to: "bin/pct", mode: 0o755)
            let shell = try SSHShell(try server.destination(), into: 110)
            let greeting = try await shell.withStream(toPort: server.port) { try await $0.read() }
            #expect(greeting?.starts(with: Data("SSH-2.0-".utf8)) == true)
            await shell.close()
        }
    }

    @Test func `a stream connects to a port of another host`() async throws {
        try await SSHServer.withServer { server in
            try server.folder.write("#!/bin/sh\nshift 3\nexec \"$@\"\n", to: "bin/pct", mode: 0o755)
            for shell in [try SSHShell(try server.destination()), try SSHShell(try server.destination(), into: 110)] {
                let greeting = try await shell.withStream(toPort: server.port, of: "localhost") {
                    try await $0.read()
                }
                #expect(greeting?.starts(with: Data("SSH-2.0-".utf8)) == true)
                await shell.close()
            }
        }
    }

    @Test(arguments: [
        "AllowTcpForwarding no", "AllowTcpForwarding remote", "DisableForwarding yes", "PermitOpen none",
        "PermitOpen 192.0.2.1:80",
    ])
    func `a stream needs no permission of sshd to forward ports`(option: String) async throws {
        var folder = try await ServerFolder()
        folder.options = option
        try await SSHServer.withShell(in: folder) { shell, server in
            let greeting = try await shell.withStream(toPort: server.port) { try await $0.read() }
            #expect(greeting?.starts(with: Data("SSH-2.0-".utf8)) == true)
            let closed = try SSHServer.freePort()
            await #expect(throws: ShellError.noStream(host: "127.0.0.1", port: closed, reason: "Connection refused")) {
                try await shell.withStream(toPort: closed) { try await Self.greeting(of: $0) }
            }
        }
    }

    @Test func `the end of a stream ends the connection`() async throws {
        try await SSHServer.withShell { shell, server in
            _ = try await shell.withStream(toPort: server.port) { try await $0.read() }
            await server.wait(for: "Connection closed by remote host")
        }
    }

    @Test func `a closed port of another host is reported for that host`() async throws {
        try await SSHServer.withShell { shell, _ in
            let port = try SSHServer.freePort()
            let error = ShellError.notConnected(
                address: "127.0.0.2", port: port, from: "127.0.0.1", reason: "Connection refused")
            await #expect(throws: error) {
                try await shell.withStream(toPort: port, of: "127.0.0.2") { try await Self.greeting(of: $0) }
            }
            #expect(error.errorDescription == "port \(port) of 127.0.0.2 cannot be reached from 127.0.0.1")
        }
    }

    @Test func `a stream's address cannot inject a command`() async throws {
        try await SSHServer.withServer { server in
            try server.folder.write("#!/bin/sh\nshift 3\nexec \"$@\"\n", to: "bin/pct", mode: 0o755)
            let shell = try SSHShell(try server.destination(), into: 110)
            let trace = server.folder.path("trace")
            await #expect(throws: ShellError.self) {
                try await shell.withStream(toPort: 25, of: "x'; touch \(trace); '$(touch \(trace))") {
                    guard try await $0.read() == nil else { return }
                    throw CancellationError()
                }
            }
            #expect(!FileManager.default.fileExists(atPath: trace))
            await shell.close()
        }
    }

    @Test func `an error of the body is rethrown unchanged`() async throws {
        struct Mine: Error, Equatable {}
        try await SSHServer.withShell { shell, _ in
            let port = shell.destination.port
            await #expect(throws: Mine()) {
                try await shell.withStream(toPort: port) { stream in
                    _ = try await stream.read()
                    throw Mine()
                }
            }
        }
    }

    @Test func `a closed port is reported, not taken for silence`() async throws {
        try await SSHServer.withShell { shell, _ in
            let port = try SSHServer.freePort()
            let error = await #expect(throws: ShellError.self) {
                try await shell.withStream(toPort: port) { stream in
                    guard try await stream.read() != nil else { throw CocoaError(.fileReadUnknown) }
                }
            }
            guard case .noStream("127.0.0.1", port, let reason) = error else {
                Issue.record("\(String(describing: error))")
                return
            }
            #expect(reason.contains("refused"))
        }
    }

    @Test func `a closed port of a guest is reported`() async throws {
        try await SSHServer.withServer { server in
            try server.folder.write("#!/bin/sh\nshift 3\nexec \"$@\"\n", to: "bin/pct", mode: 0o755)
            let shell = try SSHShell(try server.destination(), into: 110)
            let port = try SSHServer.freePort()
            let error = await #expect(throws: ShellError.self) {
                try await shell.withStream(toPort: port) { stream in
                    guard try await stream.read() != nil else { throw CocoaError(.fileReadUnknown) }
                }
            }
            guard case .noStream("guest 110 (by `pct exec` on 127.0.0.1)", port, _) = error else {
                Issue.record("\(String(describing: error))")
                return
            }
            await shell.close()
        }
    }
}

@Suite struct `A stream` {
    @Test func `to a server that accepts no connection times out`() async throws {
        let server = try FullServer()
        defer { server.close() }
        let port = server.port
        await #expect(throws: ShellError.noStream(host: "guest", port: port, reason: "Connection timed out")) {
            try await RemoteStream.open(
                .test(
                    "bash", ["-c", "echo mxprovision-start >&2\n" + SSHShell.relay, SSHShell.loopback, "\(port)", "1"]),
                explain: {
                    ShellError(stream: $0, from: "guest", to: SSHShell.loopback, port: port, sshHost: "guest")
                }
            ) { stream in
                guard try await stream.read() != nil else { throw CocoaError(.fileReadUnknown) }
            }
        }
    }

    @Test(arguments: ["sh: 1: exec: bash: not found\n", "lxc-attach: 110: exec: No such file or directory: bash\n"])
    func `through a host without bash is reported as that`(errors: String) {
        let ended = CommandResult(exit: 127, errors: Data("mxprovision-start\n\(errors)".utf8))
        let error = ShellError(stream: ended, from: "guest", to: "10.1.0.12", port: 25, sshHost: "node")
        #expect(
            error
                == .notConnected(
                    address: "10.1.0.12", port: 25, from: "guest", reason: String(errors.dropLast())))
    }

    @Test func `that has ended accepts no more data`() async throws {
        await #expect(throws: ShellError.broken(host: "gone", reason: "")) {
            try await RemoteStream.open(
                .test("sh", ["-c", "echo mxprovision-start >&2; echo bye"]),
                explain: { ShellError(stream: $0, from: "gone", to: "", port: 25, sshHost: "gone") }
            ) { stream in
                while try await stream.read() != nil {}
                for _ in 1...1000 { try await stream.write(Data(repeating: 65, count: 4096)) }
            }
        }
    }

    @Test(.timeLimit(.minutes(10)))
    func `ends its program when the body ends`() async throws {
        try await RemoteStream.open(
            .test("sleep", ["86400"]), explain: { ShellError(stream: $0, from: "", to: "", port: 25, sshHost: "") }
        ) { _ in }
    }

    @Test func `returns megabytes as they were sent`() async throws {
        let sent = Data((0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31) })
        let received = try await RemoteStream.open(
            .test("cat", []), explain: { ShellError(stream: $0, from: "", to: "", port: 25, sshHost: "") }
        ) { stream in
            async let writing: Void = stream.write(sent)
            var received = Data()
            while received.count < sent.count, let data = try await stream.read() { received += data }
            try await writing
            return received
        }
        #expect(received == sent)
    }
}
