import Foundation
import RemoteShell
import TestSupport
import Testing

@testable import Alerts
@testable import BackupMX
@testable import ConfigurationFiles
@testable import Engine
@testable import Resources
@testable import Sites

@Suite struct `A lookup table` {
    private let hash: LookupTable
    private let text: LookupTable

    init() throws {
        hash = try .read("{path: /etc/postfix/t, entries: {A@x.example: 'OK==', b: two  words}}")
        text = try .read("{path: /etc/postfix/t, type: texthash, keys: [a, b]}")
    }

    /// The output of the probe: the text after its length, then the result of postmap(1) for the database.
    private func answer(_ text: String, _ database: String) -> CommandResult {
        let access = database.hasSuffix("read") || database.hasSuffix("unreadable") ? "644 root:root\n" : ""
        return .said("\(text.utf8.count) 644 root:root\n\(text)\(access)\(database)\n")
    }

    private let right = "A@x.example OK==\nb two  words\n"
    private let built = "a@x.example\tOK==\nb\ttwo  words\n"

    @Test func `is up to date if its text and its database match`() throws {
        #expect(try hash.changes(after: answer(right, built + "read")) == [])
        #expect(try hash.changes(after: answer("# by hand\n\n\(right)", built + "read")) == [])
        #expect(try text.changes(after: answer("a OK\nb\tOK\n", "none")) == [])
    }

    @Test func `is missing if it or the program that reads it does not exist`() throws {
        let whole = [Change("/etc/postfix/t", from: nil, to: "2 entries")]
        #expect(try hash.changes(after: .said("", exit: 3)) == whole)
        #expect(try hash.changes(after: .said("3\na b", exit: 3)) == whole)
        #expect(try text.changes(after: .said("", exit: 3)) == whole)
    }

    @Test func `needs a new database if its database cannot be read`() throws {
        let absent = try hash.changes(after: answer(right, "absent"))
        #expect(absent == [Change("/etc/postfix/t.db", from: nil, to: "2 entries")])
        let damaged = try hash.changes(after: answer(right, "a@x.example\tOK\nunreadable"))
        #expect(damaged == [Change("/etc/postfix/t.db", from: "damaged", to: "2 entries")])
    }

    @Test(
        arguments: [
            ("b\ttwo  words\n", [("a@x.example", nil, "OK==")]),
            ("a@x.example\tOK\nb\ttwo  words\n", [("a@x.example", "OK", "OK==")]),
            ("a@x.example\tOK==\nb\ttwo  words\nc\tOK\n", [("c", "OK", nil)]),
            ("", [("a@x.example", nil, "OK=="), ("b", nil, "two  words")]),
        ] as [(String, [(String, String?, String?)])])
    func `differs entry by entry`(_ database: String, _ changes: [(String, String?, String?)]) throws {
        let wanted = changes.map { Change($0, from: $1, to: $2) }
        #expect(try hash.changes(after: answer(right, database + "read")) == wanted)
    }

    @Test func `is reported if its text differs from the source of its database`() throws {
        let told = [Change("/etc/postfix/t", from: "different from its database", to: "same as its database")]
        #expect(try hash.changes(after: answer("c OK\n", built + "read")) == told)
    }

    @Test(arguments: ["0 mail:root", "600 root:root", "644 mail:mail"])
    func `has a mode and an owner, and so does its database`(_ access: String) throws {
        for (path, answer) in [
            ("/etc/postfix/t", "\(right.utf8.count) \(access)\n\(right)644 root:root\n\(built)read\n"),
            ("/etc/postfix/t.db", "\(right.utf8.count) 644 root:root\n\(right)\(access)\n\(built)read\n"),
        ] {
            let changes = try hash.changes(after: .said(answer))
            #expect(!changes.isEmpty && changes.allSatisfy { $0.subject.hasSuffix(" of \(path)") })
        }
    }

    @Test func `is recreated if another object has its name`() throws {
        let obstructed = try hash.changes(after: .said("", exit: 4))
        #expect(obstructed == [Change("/etc/postfix/t", from: "not a regular file", to: "2 entries")])
    }

    @Test func `that is read as text differs in its text`() throws {
        let changes = try text.changes(after: answer("a NO\nc OK", "none"))
        let wanted = [("a", "NO", "OK"), ("b", nil, "OK"), ("c", "OK", nil)] as [(String, String?, String?)]
        #expect(changes == wanted.map { Change($0, from: $1, to: $2) })
        #expect(text.triggers(after: changes) == [Handler(.reload, "postfix")])
        #expect(hash.triggers(after: changes) == [])
    }

    /// Postfix waits two seconds after a text was written.
    @Test func `that is read as text can be read at once`() async throws {
        let path = NSTemporaryDirectory() + "mxprovision-table-" + UUID().uuidString
        defer { try? FileManager.default.removeItem(atPath: path) }
        let table = try LookupTable.read("{path: \(path), type: texthash, keys: [a]}")
        let repair = table.repair(for: .init())
        let times = try await ProcessShell.local.run("set -eu\n\(repair)\nstat -c '%Y %Z' \(path)")
        try #require(times.exit == 0, "\(times.errorText)")
        let numbers = times.text.split(whereSeparator: \.isWhitespace).compactMap { Int($0) }
        let (modified, changed) = (try #require(numbers.first), try #require(numbers.last))
        #expect(changed - modified >= 2)
    }

    @Test func `is unchanged if it would shrink too much`() async throws {
        let before = answer("a OK\nb OK\nc OK\nd OK\ne OK", "a OK\nb OK\nc OK\nd OK\ne OK\nread")
        let fifth = try LookupTable.read("{path: /a/table, keys: [a, b, c, d], shrink: 20}")
        #expect(try fifth.repair(after: before).contains("postmap"))
        let half = try LookupTable.read("{path: /a/table, keys: [a, B, b], shrink: 20}")
        let refused = try await ProcessShell.local.run("set -eu\n\(half.repair(for: half.observation(from: before)))")
        #expect(refused.exit == 1 && refused.errorText.contains("from 5 to 2 entries. To accept: `up --accept-shrink`"))
        #expect(try LookupTable.read("{path: /a/table, keys: [a, b]}").repair(after: before).contains("postmap"))
    }

    @Test(arguments: [
        "", "\n", "5", "5\n", "5 644 a:b\na b", "x 644 a:b\na b\nread\n", "-1 644 a:b\nread\n", "4 644 a:b\na b\n",
        "4 644 a:b\na b\na b\n", "4 644 a:b\na b\n644 a:b\na b\nread", "4 644 a:b\na b\nnone\n", "4\na b\nabsent\n",
        "4 644 a:b\na b\na b\nabsent\n", "99999999999999999999 644 a:b\nread\n", "4 644 a:b\na b\nread\nmore\n",
        "\u{0}",
    ])
    func `is not read from an invalid reply`(_ text: String) {
        for exit in [0, 1, 2] {
            let answer = CommandResult.said(text, exit: exit)
            #expect(throws: UnreadableAnswer(expected: "a Postfix table", answer: answer)) {
                try hash.observation(from: answer)
            }
        }
    }

    @Test(arguments: [
        ("path: /a, keys: []", "the table is empty; expected `keys` or `entries`"),
        ("path: '/a b', keys: [x]", "`path`: invalid value `/a b`; expected a path of letters, digits, `.`, `_`, `-`"),
        ("path: /a, keys: ['#x']", "`#x` is not a valid key of a Postfix table"),
        ("path: /a, keys: ['x y']", "`x y` is not a valid key of a Postfix table"),
        ("path: /a, keys: ['\"x']", "`\"x` is not a valid key of a Postfix table"),
        ("path: /a, keys: [\"x\\0\"]", "`x\0` is not a valid key of a Postfix table"),
        ("path: /a, keys: [x], value: ' '", "the value of `x` is empty, or contains a line break or a NUL"),
        ("path: /a, entries: {x: \"a\\nb\"}", "the value of `x` is empty, or contains a line break or a NUL"),
        ("path: /a, entries: {x: a, X: b}", "`x` is listed twice with different values"),
    ])
    func `accepts only entries that Postfix can store`(_ yaml: String, _ mistake: String) throws {
        #expect(try LookupTable.mistakes(in: "{\(yaml)}") == [mistake])
    }
}
