import RemoteShell
import TestSupport
import Testing

@testable import ConfigurationFiles
@testable import Resources

@Suite struct `A file with a secret` {
    private static let variables: [String: Variable] = [
        "key": .secret(.environment("KEY")), "name": .text("transfer"), "zones": .list(["a.example", "b.example"]),
    ]

    private func read(_ yaml: String) throws -> ManagedFile {
        try ManagedFile.read(yaml, variables: Self.variables).unlocked(environment: ["KEY": "s3cret"])
    }

    private static let yaml = #"{path: /etc/key, content: "key {{ name }} {{ key }}\n", owner: root:nsd}"#

    @Test func `never shows it, and never asks the guest for it`() throws {
        let file = try read(Self.yaml)
        let repair = file.repair(for: try file.observation(from: .said("absent\n")))
        for script in [file.probe, repair] {
            #expect(!script.description.contains("s3cret") && script.description.contains("•••"))
            #expect(script.text.contains("key transfer s3cret\n"))
            #expect(!script.text.contains("cat '/etc/key'"))
        }
        #expect(!"\(file)".contains("s3cret"))
        #expect(file.content == nil)
    }

    @Test(
        arguments: [
            ("absent", [("/etc/key", nil, "expected content")]), ("same 600 root:nsd", []),
            ("other 600 root:nsd", [("/etc/key", "other content", "expected content")]),
            ("same 640 a:b", [("mode of /etc/key", "640", "0600"), ("owner of /etc/key", "a:b", "root:nsd")]),
            ("obstacle", [("/etc/key", "not a regular file", "expected content")]),
        ] as [(String, [(String, String?, String?)])])
    func `reports the differences`(_ answer: String, _ changes: [(String, String?, String?)]) throws {
        let found = try read(Self.yaml).changes(after: .said(answer + "\n"))
        #expect(found == changes.map { Change($0, from: $1, to: $2) })
    }

    @Test(arguments: ["", "same 600 root:nsd", "600 root:nsd\nx\n", "same\n", "same 600 root:nsd\nmore\n"])
    func `rejects malformed probe output`(_ text: String) throws {
        let file = try read(Self.yaml)
        #expect(throws: UnreadableAnswer(expected: "a file with its mode and owner", answer: .said(text))) {
            try file.observation(from: .said(text))
        }
    }

    @Test(arguments: ["0640", "0644", "0700", "0200", "4600"]) func `is readable only by its owner`(mode: String) throws
    {
        let mistakes = try ManagedFile.mistakes(
            in: "{path: /a, content: '{{ key }}', mode: '\(mode)'}", variables: Self.variables)
        #expect(
            mistakes == ["`mode`: invalid value `\(mode)` for a file with a secret; expected `0600` or `0400`"])
    }

    @Test func `has mode 0600 by default`() throws {
        #expect(try read(Self.yaml).mode == "0600")
        #expect(try read("{path: /a, content: '{{ key }}', mode: '400'}").mode == "400")
    }

    @Test func `needs the secret when a run starts`() throws {
        let file = try ManagedFile.read(Self.yaml, variables: Self.variables)
        #expect(throws: SecretError.missingVariable("KEY")) { try file.unlocked(environment: [:]) }
    }

    @Test func `is the only kind whose content can have one`() throws {
        #expect(
            try CronScript.mistakes(in: "{name: a, content: 'x {{ key }}'}", variables: Self.variables)
                == ["`content` has a secret, which this resource cannot keep; use `file`"])
        #expect(
            try ManagedFile.mistakes(in: "{path: '/a{{ key }}', content: a}", variables: Self.variables)
                == [
                    "`path`: `{{ key }}` is a secret; use it only as the whole value of a key for a secret, or in the `content` of a `file`"
                ])
    }

    @Test func `repeats a line that contains a list`() throws {
        let content = #""a\nzone {{ zones }} {{ name }} ({{ zones }});\n{{ zones }}\nb""#
        #expect(
            try read("{path: /a, content: \(content)}").content == """
                a
                zone a.example transfer (a.example);
                zone b.example transfer (b.example);
                a.example
                b.example
                b
                """)
    }

    @Test func `has no line for an empty list`() throws {
        let file = try ManagedFile.read(#"{path: /a, content: "a\n{{ none }}\nb\n"}"#, variables: ["none": .list([])])
        #expect(file.content == "a\nb\n")
    }

    @Test func `cannot repeat a line for two lists`() throws {
        let mistakes = try ManagedFile.mistakes(
            in: #"{path: /a, content: "a\n{{ zones }} {{ more }}\n"}"#,
            variables: ["zones": .list(["a"]), "more": .list(["b"])])
        #expect(mistakes == ["`content`: `more`, `zones` are lists in one line; expected at most one"])
    }
}

@Suite struct `A validated file` {
    private let scratch = ScratchFolder()

    private func run(_ script: Script) async throws -> CommandResult {
        try #require(await CommandBatch.ask(["set -eu\n\(script)"], through: ProcessShell.local).first)
    }

    private func owner() async throws -> String {
        let answer = try await run("stat -c %U:%G \(scratch.path)")
        return String(answer.text.dropLast())
    }

    /// Writes `content` over `old`, if the validation accepts it.
    private func write(_ content: String, variables: [String: Variable] = [:]) async throws -> CommandResult {
        let path = scratch.path + "/o'brien $(reboot)"
        _ = try await run("printf old >\(path)")
        let owner = try await owner()
        let file = try ManagedFile.read(
            "{path: \"\(path)\", content: '\(content)', owner: '\(owner)', validate: [grep, -q, good, '%s']}",
            variables: variables
        ).unlocked(environment: ["KEY": "bad"])
        let repair = file.repair(for: try file.observation(from: try await run(file.probe)))
        let answer = try await run(repair)
        let left = try await run("cd \(scratch.path); ls; cat ./*")
        return CommandResult(exit: answer.exit, output: left.output, errors: answer.errors)
    }

    @Test func `is replaced if its validation accepts the new content`() async throws {
        let answer = try await write("good")
        #expect(answer.exit == 0 && answer.errors.isEmpty)
        #expect(answer.text == "o'brien $(reboot)\ngood")
    }

    @Test func `is kept if not, with nothing beside it`() async throws {
        let answer = try await write("bad")
        #expect(answer.exit == 1)
        #expect(answer.text == "o'brien $(reboot)\nold")
        #expect(answer.errorText.contains("is invalid; the file was not changed"))
    }

    @Test func `does not show what the validation says about a secret`() async throws {
        let path = scratch.path + "/key"
        let file = try ManagedFile.read(
            "{path: \(path), content: '{{ key }}', validate: [sh, -c, 'cat \"$0\"; cat \"$0\" >&2; exit 1', '%s']}",
            variables: ["key": .secret(.environment("KEY"))]
        ).unlocked(environment: ["KEY": "s3cret"])
        let answer = try await run(file.repair(for: try file.observation(from: .said("absent\n"))))
        #expect(answer.exit == 1)
        #expect(!(answer.text + answer.errorText).contains("s3cret"))
    }

    @Test(arguments: ["[sh, -n]", "'%s'", "[]"]) func `needs the file among the arguments`(validate: String) throws {
        let mistakes = try ManagedFile.mistakes(in: "{path: /a, content: b, validate: \(validate)}")
        #expect(
            mistakes == [
                "`validate` has no argument `%s`; expected a program and its arguments, with `%s` for the new file"
            ])
    }
}
