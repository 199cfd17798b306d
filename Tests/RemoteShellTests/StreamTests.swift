import Foundation
import Testing

@testable import RemoteShell

extension `Over ssh` {
    @Test func `a stream carries every byte both ways, and ends`() async throws {
        try await SSHServer.withShell { shell, _ in
            // What listens there is the server itself, which greets and takes a greeting.
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

    @Test func `a stream goes over the connection that is there`() async throws {
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

    @Test func `a stream through pct is a stream as well`() async throws {
        try await SSHServer.withServer { server in
            try server.folder.write("#!/bin/sh\nshift 3\nexec \"$@\"\n", to: "bin/pct", mode: 0o755)
            let shell = try SSHShell(try server.destination(), into: 110)
            let greeting = try await shell.withStream(toPort: server.port) { try await $0.read() }
            #expect(greeting?.starts(with: Data("SSH-2.0-".utf8)) == true)
            await shell.close()
        }
    }

    @Test func `a stream goes on to a port of another host`() async throws {
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

    @Test func `a stream's address is never more than an address`() async throws {
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

    @Test func `what the body throws comes out as it is`() async throws {
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

    @Test func `a port at which nobody listens is told of, not taken for silence`() async throws {
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

    @Test func `a guest's port at which nobody listens is told of as well`() async throws {
        try await SSHServer.withServer { server in
            try server.folder.write("#!/bin/sh\nshift 3\nexec \"$@\"\n", to: "bin/pct", mode: 0o755)
            let shell = try SSHShell(try server.destination(), into: 110)
            let port = try SSHServer.freePort()
            let error = await #expect(throws: ShellError.self) {
                try await shell.withStream(toPort: port) { stream in
                    guard try await stream.read() != nil else { throw CocoaError(.fileReadUnknown) }
                }
            }
            guard case .noStream("127.0.0.1", port, _) = error else {
                Issue.record("\(String(describing: error))")
                return
            }
            await shell.close()
        }
    }
}

@Suite struct `A stream` {
    @Test func `that has ended takes no more`() async throws {
        await #expect(throws: ShellError.broken(host: "gone", reason: "")) {
            try await RemoteStream.open(
                .test("sh", ["-c", "echo bye"]),
                explain: { ShellError(stream: $0, host: "gone", port: 25) }
            ) { stream in
                while try await stream.read() != nil {}
                for _ in 1...1000 { try await stream.write(Data(repeating: 65, count: 4096)) }
            }
        }
    }

    @Test(.timeLimit(.minutes(10)))
    func `ends its program when the body ends, though nobody has asked it to`() async throws {
        try await RemoteStream.open(
            .test("sleep", ["86400"]), explain: { ShellError(stream: $0, host: "", port: 25) }
        ) { _ in }
    }

    @Test func `brings megabytes back as they were sent`() async throws {
        let sent = Data((0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31) })
        let received = try await RemoteStream.open(
            .test("cat", []), explain: { ShellError(stream: $0, host: "", port: 25) }
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
