import Foundation
import RemoteShell
import TestSupport
import Testing

@testable import ConfigurationFiles
@testable import Engine
@testable import Resources

@Suite struct `A check of a command` {
    private func read(_ yaml: String) throws -> CommandCheck {
        var parameters = try Parameters(yaml: yaml)
        let check = CommandCheck(&parameters)
        try #require(parameters.mistakes == [])
        return check
    }

    private func mistakes(in yaml: String) throws -> [String] {
        var parameters = try Parameters(yaml: yaml)
        _ = CommandCheck(&parameters)
        return parameters.mistakes.map(\.text)
    }

    /// Runs the check on this machine.
    private func run(_ yaml: String) async throws -> VerifiedCheck {
        let check = try read(yaml)
        let answer = try await ProcessShell.local.run("set -eu\n\(check.script())")
        return try #require(try check.checks(from: answer, of: "guest").first)
    }

    @Test(arguments: [
        ("{command: [echo, a b], expect: a b}", "printed: a b"),
        (#"{command: [printf, "\n  a\tb \n\n"], expect: " a\tb\n"}"#, "printed: a\tb"),
        (#"{command: [printf, ""], expect: ""}"#, "printed: nothing"),
        ("{command: [printf, 'status: REFUSED, id: 5'], contains: 'status: REFUSED'}", "printed: status: REFUSED"),
        ("{command: [echo, a], equals: [printf, ' a ']}", "printed: a, as `printf  a `"),
        ("{command: 'true'}", "exit status 0; printed: nothing"),
        ("{command: [sh, -c, 'echo no; exit 9'], exit: 9}", "exit status 9; printed: no"),
    ])
    func `passes with its evidence`(yaml: String, evidence: String) async throws {
        let check = try await run(yaml)
        #expect(check.verdict == .pass && check.evidence == evidence)
    }

    @Test(arguments: [
        ("{command: [echo, b], expect: a}", "printed: b; expected: a"),
        ("{command: [printf, ''], expect: a}", "printed: nothing; expected: a"),
        ("{command: [echo, ab], contains: ba}", "printed: ab; expected output that contains: ba"),
        ("{command: [echo, a], equals: [echo, b]}", "printed: a; `echo b` printed: b"),
        // Two programs that print nothing are no evidence.
        ("{command: 'true', equals: 'true'}", "printed nothing; `true` printed: nothing"),
        (
            "{command: [echo, a], equals: [sh, -c, 'echo a; exit 3']}",
            "exit status 3 of `sh -c echo a; exit 3`; printed: a"
        ),
        (
            "{command: [sh, -c, 'echo a; echo b >&2; exit 3'], expect: a}",
            "exit status 3; expected 0; printed: a; standard error: b"
        ),
        ("{command: 'true', exit: 1}", "exit status 0; expected 1; printed: nothing"),
        (
            "{command: [head, -c, '60000', /dev/zero], contains: a}",
            "printed: nothing; expected output that contains: a"
        ),
        ("{command: [sh, -c, \"head -c 70000 /dev/zero | tr '\\\\0' a\"], contains: a}", "printed more than 64 KiB"),
    ])
    func `fails with its evidence`(yaml: String, evidence: String) async throws {
        let check = try await run(yaml)
        #expect(check.verdict == .fail)
        #expect(check.evidence == evidence)
    }

    @Test func `bounds its evidence`() async throws {
        let check = try await run("{command: [echo, \(String(repeating: "ab ", count: 1000))], expect: x}")
        #expect(check.evidence == "printed: " + String(repeating: "ab ", count: 100) + "…; expected: x")
    }

    @Test func `is repeated until it passes`() async throws {
        let scratch = ScratchFolder()
        let count = "echo >>\(scratch.path)/runs; wc -l <\(scratch.path)/runs"
        let check = try await run("{command: [sh, -c, '\(count)'], expect: '3', within: 30}")
        #expect(check.verdict == .pass)
    }

    @Test func `is repeated only until its time is up`() async throws {
        let start = ContinuousClock.now
        let check = try await run("{command: [echo, a], expect: b, within: 1}")
        #expect(check.verdict == .fail)
        #expect(ContinuousClock.now - start < .seconds(20))
    }

    @Test func `is named by its command, or by its name`() throws {
        #expect(try read("{command: [dig, +short]}").name == "dig +short")
        #expect(try read("{command: [dig], name: SOA serial}").name == "SOA serial")
    }

    @Test(arguments: ["", "1 YQ==\n1 YQ==\n", "YQ==\n", "x YQ==\n", "0 !\n", "0 YQ==\nmore\n"])
    func `rejects malformed output`(_ text: String) throws {
        let answer = CommandResult.said(text)
        #expect(
            throws: UnreadableAnswer(expected: "the exit status and the output of a program", answer: answer)
        ) { try read("{command: a}").checks(from: answer, of: "guest") }
    }

    @Test(arguments: [
        ("{}", "`command` is missing"),
        ("{command: []}", "`command` is empty; expected a program and its arguments"),
        ("{command: a, equals: []}", "`equals` is empty; expected a program and its arguments"),
        ("{command: a, contains: ''}", "`contains` is empty; expected a part of the output"),
        (
            "{command: a, expect: b, equals: c}",
            "`expect`, `equals` cannot be combined; expected at most one of them to specify the output"
        ),
        ("{command: a, exit: 256}", "`exit`: invalid value `256`; expected an integer from 0 to 255"),
        ("{command: a, within: 601}", "`within`: invalid value `601`; expected an integer from 0 to 600"),
    ])
    func `reports invalid parameters`(yaml: String, mistake: String) throws {
        #expect(try mistakes(in: yaml).contains(mistake))
    }

    /// No value of a playbook is interpreted by a shell.
    @Test(arguments: HostileValue.all)
    func `passes any value on unchanged`(_ value: String) async throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .withoutEscapingSlashes
        let text = String(decoding: try encoder.encode("[\(value)]"), as: UTF8.self)
        for expectation in ["expect: \(text)", "contains: \(text)", "equals: [printf, '%s', \(text)]"] {
            let check = try await run("{command: [printf, '%s', \(text)], \(expectation)}")
            #expect(check.verdict == .pass, "\(expectation): \(check.evidence)")
        }
    }

    @Test(arguments: ["exit", "eval", "exec", ".", "return", "set", "trap"])
    func `never runs a shell builtin`(_ builtin: String) async throws {
        let check = try await run("{command: [\(builtin), '0']}")
        #expect(check.verdict == .fail)
    }
}
