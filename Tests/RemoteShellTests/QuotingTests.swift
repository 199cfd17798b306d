import Foundation
import Testing

@testable import RemoteShell
@testable import Secrets

private let hostile = [
    "", " ", "-", "-n", "--help", "'", "''", "'; rm -rf / #", "\"", "\\", "\\'", "a\nb", "\n", "\r\n",
    "$(touch /tmp/x)",
    "`id`", "$HOME", "*", "~root", "!!", "a\tb", "&& false", "grün 🦊 \u{202E}", "é", "e\u{301}", "%s%n\\c", "{ :\n}",
    "}\n",
    "'\"'\"'", "END", String(repeating: "'", count: 2000), "\u{1}\u{7F}",
]

@Suite struct `A value in a script` {
    @Test(arguments: hostile) func `arrives as one word, byte for byte`(value: String) async throws {
        let completion = try await ProcessShell.local.run("set -- \(value); printf '%s:' $#; printf %s \"$1\"")
        #expect(completion == CommandResult(exit: 0, output: Data("1:\(value)".utf8)))
    }

    @Test func `stays separate from other values`() async throws {
        let completion = try await ProcessShell.local.run("set -- \(hostile); printf '%s\\000' \"$@\"")
        #expect(completion.output == Data(hostile.map { "\($0)\0" }.joined().utf8))
    }

    @Test func `that is an empty list is no word`() async throws {
        #expect(try await ProcessShell.local.run("set -- \([String]()); echo $#").text == "0\n")
    }

    @Test func `that is a number is not quoted`() async throws {
        #expect(try await ProcessShell.local.run("echo $((\(-7) + \(Int.max)))").text == "\(Int.max - 7)\n")
    }

    @Test func `that is a script is inserted unquoted, with its secrets hidden`() async throws {
        let inner: Script = "printf %s \(Secret("hunter2"))"
        let outer: Script = "x=$(\(inner)); echo \"$x\""
        #expect(try await ProcessShell.local.run(outer).text == "hunter2\n")
        #expect(outer.description == "x=$(printf %s •••); echo \"$x\"")
    }

    @Test func `with a comment does not affect the next line`() async throws {
        let script = Script.lines(["echo \("one # two")", "echo three"])
        #expect(try await ProcessShell.local.run(script).text == "one # two\nthree\n")
        #expect(Script.lines([]) == "")
    }
}

@Suite struct `A secret` {
    private let secret = Secret("s3cr'et-value")

    @Test func `is printed as dots in every form that Swift has`() {
        var dumped = ""
        dump((secret, ["token": secret], Optional(secret)), to: &dumped)
        let forms = [
            "\(secret)", String(describing: secret), String(reflecting: secret), "\([secret])", "\(["a": secret])",
            dumped,
        ]
        for form in forms {
            #expect(!form.contains("et-value"))
            #expect(form.contains("•••"))
        }
    }

    @Test func `arrives, and is hidden in the shown script`() async throws {
        let script: Script = "printf %s \(secret)"
        #expect(try await ProcessShell.local.run(script).text == secret.reveal())
        var dumped = ""
        dump(script, to: &dumped)
        for form in ["\(script)", script.description, String(reflecting: script), dumped] {
            #expect(!form.contains("et-value"))
        }
        #expect(script.description == "printf %s •••")
    }

    @Test func `is in no process's arguments while its script runs`() async throws {
        // The pattern has two parts, so that the searching shell does not find itself.
        let completion = try await ProcessShell.local.run(
            "printf %s \(secret) >/dev/null; cat /proc/[0-9]*/cmdline 2>/dev/null | tr '\\000' '\\n' | grep -c \("et-val" + "[u]e") || :"
        )
        #expect(completion.text == "0\n")
    }
}
