import RemoteShell
import TestSupport
import Testing

@testable import Resources

@Suite struct `A command` {
    private let command: Command

    init() throws { command = try .read("{run: [newaliases, -v], unless: [test, -e, /etc/aliases.db]}") }

    @Test func `runs only if it is needed`() throws {
        #expect(try command.changes(after: .said("yes\n")) == [])
        #expect(try command.changes(after: .said("no\n")) == [Change("newaliases -v", from: nil, to: "run")])
        #expect(try command.repair(after: .said("no\n")) == "env -- 'newaliases' '-v'")
    }

    @Test(arguments: ["", "\n", "yes", "no", "ye", "yes\nno\n", "Yes\n", "\u{0}"])
    func `rejects malformed probe output`(_ text: String) {
        #expect(throws: UnreadableAnswer(expected: "`yes` or `no`", answer: .said(text))) {
            try command.observation(from: .said(text))
        }
    }

    @Test func `requires a program and a check`() throws {
        #expect(
            try Command.mistakes(in: "{run: [], unless: []}") == [
                "`run` is empty; expected a program and its arguments",
                "`unless` is empty; expected a program and its arguments",
            ])
    }

    @Test(arguments: ["exit", "eval", "exec", ".", "return", "set", "trap"])
    func `is never a shell builtin`(_ builtin: String) async throws {
        let command = try Command.read("{run: [\(builtin), '0'], unless: [\(builtin), '0']}")
        let answer = try #require(await CommandBatch.ask([command.probe], through: ProcessShell.local).first)
        #expect(try command.observation(from: answer) == false)
        let remedied = try await CommandBatch.ask([command.repair(for: false)], through: ProcessShell.local).map(\.exit)
        #expect(remedied != [0])
    }
}
