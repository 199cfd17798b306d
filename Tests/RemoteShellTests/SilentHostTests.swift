import Foundation
import Testing

@testable import RemoteShell

extension `Over ssh` {
    /// Each operation on a host, and the purpose that its timeout error names.
    static let questions: [(purpose: String, ask: @Sendable (SSHShell, ServerFolder) async throws -> Void)] = [
        ("the answer to a query", { shell, _ in _ = try await shell.run("true") }),
        ("the answer to 2 queries", { shell, _ in _ = try await CommandBatch.ask(["true", "true"], through: shell) }),
        ("1 change", { shell, _ in _ = try await CommandBatch.run([.change("true")], through: shell) }),
        ("the transfer to ", { shell, folder in _ = try await shell.receive("true", into: folder.path("received")) }),
        ("the transfer of ", { shell, folder in _ = try await shell.send(folder.path("identity.pub"), to: "cat") }),
        (
            "a connection to 127.0.0.1:",
            { shell, _ in
                let port = shell.destination.port
                try await shell.withStream(toPort: port) { while try await $0.read() != nil {} }
            }
        ),
    ]

    /// The host accepts the login, prints nothing, and does not end.
    @Test(arguments: questions.indices)
    func `a host that accepts the login and sends nothing times out`(index: Int) async throws {
        let (purpose, ask) = Self.questions[index]
        var folder = try await ServerFolder()
        folder.options = "ForceCommand exec sleep 86400"
        var brief = Timeouts()
        (brief.query, brief.change) = (.seconds(1), .seconds(1))
        try await SSHServer.withServer(in: folder) { server in
            for guest in index == 0 ? [nil, 110] : [nil] {
                let shell = try SSHShell(try server.destination(), into: guest)
                let error = await #expect(throws: ShellError.self) {
                    try await Timeouts.with(brief) { try await ask(shell, server.folder) }
                }
                guard case .overdue(let host, let wait, limit: 1) = error else {
                    Issue.record("\(purpose): \(String(describing: error))")
                    return
                }
                #expect(host == (guest == nil ? "127.0.0.1" : "guest 110 (by `pct exec` on 127.0.0.1)"))
                #expect(wait.purpose.hasPrefix(purpose))
                #expect(error?.recoverySuggestion?.contains("--\(wait.kind.rawValue)-timeout SECONDS") == true)
                try? FileManager.default.removeItem(atPath: server.folder.path("received"))
                await shell.close()
            }
        }
    }
}

@Suite struct `A program on this machine` {
    /// Ctrl-C in our terminal must not reach it.
    @Test func `runs in its own session, without our terminal`() async throws {
        let answer = try await ProcessShell.local.run("echo $$; cut -d ' ' -f 6,7 /proc/$$/stat")
        let words = answer.text.split(whereSeparator: \.isWhitespace)
        #expect(words.count == 3 && words[0] == words[1] && words[2] == "0", "\(answer.text)")
    }
}
