import Foundation
import Testing

@testable import RemoteShell

extension `Over ssh` {
    @Test(arguments: [0, 1, 127, 255])
    func `an exit status is a result, even ssh's own 255`(status: Int) async throws {
        try await SSHServer.withShell { shell, _ in
            let completion = try await shell.run("echo out; echo err >&2; exit \(status)")
            #expect(completion == CommandResult(exit: status, output: Data("out\n".utf8), errors: Data("err\n".utf8)))
        }
    }

    @Test func `a script that is killed has the status 128 plus the signal number`() async throws {
        try await SSHServer.withShell { shell, _ in
            let completion = try await shell.run("kill -TERM $$; sleep 9")
            #expect(completion.exit == 143)
        }
    }

    @Test func `a connection that breaks during a script is an error`() async throws {
        try await SSHServer.withShell { shell, _ in
            // The script's shell is a child of the one that reports its end, which is a child of the session's sshd.
            let error = await #expect(throws: ShellError.self) {
                try await shell.run("echo half; kill -KILL $(cut -d ' ' -f 4 /proc/$PPID/stat); sleep 9")
            }
            guard case .broken("127.0.0.1", _) = error else {
                Issue.record("\(String(describing: error))")
                return
            }
        }
    }

    @Test func `the next script after a broken connection opens a new one`() async throws {
        try await SSHServer.withShell { shell, server in
            await #expect(throws: ShellError.self) {
                try await shell.run("kill -KILL $(cut -d ' ' -f 4 /proc/$PPID/stat); sleep 9")
            }
            let completion = try await shell.run("echo again")
            #expect(completion.text == "again\n")
            await server.wait(for: "Accepted publickey", times: 2)
            #expect(await server.logins == 2)
        }
    }

    @Test func `a batch whose connection breaks returns no missing result`() async throws {
        try await SSHServer.withShell { shell, _ in
            let error = await #expect(throws: ShellError.self) {
                try await CommandBatch.ask(
                    ["echo one", "kill -KILL $(cut -d ' ' -f 4 /proc/$PPID/stat); sleep 9", "echo three"],
                    through: shell)
            }
            guard case .broken = error else {
                Issue.record("\(String(describing: error))")
                return
            }
        }
    }

    @Test func `cancellation ends ssh and throws a cancellation error`() async throws {
        try await SSHServer.withShell { shell, server in
            _ = try await shell.run("true")
            let started = server.folder.path("started")
            let task = Task { try await shell.run("mkfifo \(started); echo >\(started); exec sleep 300") }
            try await server.waitForFIFO(started)
            task.cancel()
            await #expect(throws: CancellationError.self) { try await task.value }
        }
    }

    @Test func `a cancelled task still ends its connection`() async throws {
        try await SSHServer.withShell { shell, server in
            _ = try await shell.run("true")
            let task = Task {
                withUnsafeCurrentTask { $0?.cancel() }
                await shell.close()
            }
            await task.value
            await server.wait(for: "Disconnected from user")
            #expect(!FileManager.default.fileExists(atPath: shell.control.folder))
        }
    }
}
