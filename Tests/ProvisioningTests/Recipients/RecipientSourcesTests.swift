import Foundation
import TestSupport
import Testing

@testable import Alerts
@testable import BackupMX
@testable import ConfigurationFiles
@testable import Diagnostics
@testable import Engine
@testable import Resources
@testable import Sites

@Suite struct `Sources of recipients` {
    private let scratch = ScratchFolder()

    /// Returns the small inventory with other recipients. The primary has an sshd if its key is given.
    private func text(_ recipients: String, ssh: String? = "{host_key: \(InventoryText.hostKey)}") -> String {
        let text = InventoryText.complete.replacing("recipients: [ada@example.net, bob@example.net]", with: recipients)
        guard let ssh else { return text }
        return text.replacing("address: 10.1.0.12}", with: "address: 10.1.0.12, ssh: \(ssh)}")
    }

    private func inventory(_ recipients: String) throws -> Inventory {
        try Inventory.read(SourceFile(name: scratch.path + "/inventory.yml", text: text(recipients)))
    }

    private func variables(_ recipients: String, acceptsShrink: Bool = false) throws -> [String: Variable] {
        var inventory = try inventory(recipients)
        if acceptsShrink { inventory.acceptShrunkRecipients() }
        return inventory.variables(for: try #require(inventory.sites.first))
    }

    private func file(_ text: String) throws -> String {
        try text.write(toFile: scratch.path + "/users", atomically: true, encoding: .utf8)
        return scratch.path + "/users"
    }

    @Test func `are one list by default`() throws {
        let variables = try variables("recipients: ada@example.net")
        #expect(variables["recipients.pulled"] == .flag(false))
        #expect(variables["recipients.verified"] == .flag(false))
        #expect(variables["recipients.reject_code"] == .text("550"))
        #expect(variables["recipients.shrink"] == .text("100"))
        #expect(variables["domains.closed"] == .list(["example.net"]))
        #expect(
            variables["recipients.keys"]
                == .list(["ada@example.net", "postmaster@example.net", "abuse@example.net"]))
    }

    @Test func `are a list and a file, which may shrink by at most 20 percent`() throws {
        _ = try file("# staff\nbob@example.net\n\nADA@example.net\n")
        let yaml = "recipients: {list: [ada@example.net], file: users, catch_all: example.net, policy: defer}"
        #expect(
            try inventory(yaml).mail.recipients.map(\.description)
                == ["ada@example.net", "bob@example.net", "postmaster@example.net", "abuse@example.net"])
        #expect(try variables(yaml)["recipients.shrink"] == .text("20"))
        #expect(try variables(yaml, acceptsShrink: true)["recipients.shrink"] == .text("100"))
        #expect(try variables(yaml)["recipients.reject_code"] == .text("450"))
        #expect(try variables(yaml)["domains.closed"] == .list([]))
        guard case .list(let keys)? = try variables(yaml)["recipients.keys"] else {
            throw CocoaError(.coderValueNotFound)
        }
        #expect(keys.last == "@example.net" && keys.count == 5)
    }

    @Test func `are PostfixAdmin and a program on the primary`() throws {
        let yaml =
            "recipients: {postfixadmin: {database: mariadb, credentials: /etc/c, prefix: pa_}, command: [a, 'b c'], policy: verify}"
        let variables = try variables(yaml)
        #expect(variables["recipients.pulled"] == .flag(true))
        #expect(variables["recipients.verified"] == .flag(true))
        #expect(variables["recipients.from"] == .list(["10.2.0.25"]))
        #expect(variables["primary.ssh.host_key"] == .text(InventoryText.hostKey))
        #expect(
            variables["recipients.export"]
                == .text(
                    "domain=example.net\nmax_left_out=10\ndatabase=mariadb\nname=postfix\nprefix=pa_\ncredentials=/etc/c\ncommand=a\ncommand=b c\n"
                ))
        #expect(try inventory(yaml).mail.recipients.map(\.local) == ["postmaster", "abuse"])
    }

    @Test(arguments: [
        (
            "recipients: {}",
            ["4: `recipients` has no source; expected at least one of `list`, `file`, `postfixadmin`, `command`"]
        ),
        (
            "recipients: {list: []}",
            [
                "4: `list` is empty; expected at least one recipient, because a backup MX without a list causes backscatter"
            ]
        ),
        (
            "recipients: {list: ['@example.net']}",
            [
                "4: `list`: `@example.net` would accept mail for every address, even unknown ones; list the addresses"
            ]
        ),
        (
            "recipients: {list: a@example.net, every: 5}",
            [
                "4: `every` is set, but no recipients are pulled from the primary; remove it, or set `postfixadmin` or `command`"
            ]
        ),
        (
            "recipients: {list: a@example.net, catch_all: other.net}",
            ["4: `other.net` is not a relayed domain; expected `example.net`"]
        ),
        ("recipients: {command: []}", ["4: `command` is empty; expected a program and its arguments"]),
        (
            "recipients: {command: ['a\n\nb']}",
            ["4: an argument in `command` contains a line break or a NUL byte; remove it"]
        ),
        ("recipients: {postfixadmin: {}}", ["4: `database` is missing"]),
        (
            "recipients: {postfixadmin: {database: oracle, name: 'a b', prefix: 'x;', credentials: c}, stale: 0, policy: no}",
            [
                "4: `database`: invalid value `oracle`; expected one of `postgresql`, `mariadb`",
                "4: `name` is `a b`; expected letters, digits and `_`, `-`, `.`, `$`",
                "4: `prefix` is `x;`; expected letters, digits and `_`",
                "4: `credentials` is `c`; expected the absolute path of a file on the primary",
                "4: `policy`: invalid value `no`; expected one of `reject`, `defer`, `verify`",
                "4: `stale`: invalid value `0`; expected an integer from 1 to 720",
            ]
        ),
    ])
    func `are reported with their mistakes`(_ recipients: String, mistakes: [String]) {
        #expect(InventoryText.mistakes(in: text(recipients)) == mistakes)
    }

    @Test func `on the primary require its ssh section`() {
        #expect(
            InventoryText.mistakes(in: text("recipients: {command: a}", ssh: nil))
                == ["4: `recipients` are pulled from the primary, but `primary.ssh` is missing; add it"])
        #expect(
            InventoryText.mistakes(in: text("recipients: {command: a}", ssh: "{identity: k}")) == [
                "3: `host_key` is missing",
                "3: `identity` is set without `user`, so it is not used; set `user`, or remove it",
            ])
    }

    private static let noAddress = "the file contains no valid address; expected one address per line"

    @Test(arguments: [
        ("", [("-", noAddress)]),
        ("# nobody\n", [("-", noAddress)]),
        ("<html>\n", [("-", noAddress), ("1", "invalid mail address `<html>`: missing `@`")]),
        (
            "b@other.net\n",
            [("-", noAddress), ("1", "`b@other.net` is not in a relayed domain; expected `example.net`")]
        ),
    ])
    func `in a file are reported with its name and line`(_ content: String, mistakes: [(String, String)]) throws {
        let path = try file(content)
        let error = #expect(throws: Mistakes.self) { try inventory("recipients: {file: users}") }
        #expect(
            error?.all.map { "\($0.file):\($0.line.map(String.init) ?? "-"): \($0.text)" }
                == mistakes.map { "\(path):\($0): \($1)" })
    }

    /// A record beside `ada@example.net` and `bob@example.net`, and its message; nil if the record is valid or ignored.
    private static let records: [(String, String?)] = [
        ("Name;Mail", "invalid mail address `Name;Mail`: missing `@`"), ("\u{FEFF}", nil), ("   ", nil), ("\t# x", nil),
        ("ADA@Example.NET", nil), ("  ada@example.net\t", nil), ("cem+x@example.net", nil),
        ("#ann@example.net", nil),
        ("ädä@example.net", "invalid mail address `ädä@example.net`: `ädä` is not allowed before the `@`"),
        ("ann\u{200B}@example.net", "it contains the invisible character \\u{200B}; remove it"),
        ("ann@example.net\u{A0}", "it contains the invisible character \\u{A0}; remove it"),
        ("“ann@example.net”", "it has the typographic quotation mark `“` at its start; use `\"` or `'`, or none"),
        ("\"a b\"@example.net", "is not allowed before the `@`"), ("a b@example.net", "is not allowed before the `@`"),
        ("@example.net", "would accept mail for every address"), ("ann@other.net", "is not in a relayed domain"),
        ("-f@example.net", "begins with `-`, which Postfix reads as an option"),
        ("v%other.net@example.net", "contains `%`, which Postfix rejects as a source route"),
        ("other.net!v@example.net", "contains `!`, which Postfix rejects as a source route"),
        (String(repeating: "a", count: 65) + "@example.net", "is not allowed before the `@`"),
        ("ann@example.net,bea@example.net", "invalid mail address"), ("<ann@example.net>", "invalid mail address"),
    ]

    @Test(arguments: records.indices, ["\n", "\r\n", "\r"])
    func `in a file are read, and one invalid record is left out and named`(_ index: Int, end: String) throws {
        let (record, reason) = Self.records[index]
        _ = try file([record, "ada@example.net", "bob@example.net", ""].joined(separator: end))
        let inventory = try inventory("recipients: {file: users}")
        let addresses = Set(inventory.mail.recipients.map(\.description))
        #expect(addresses.isSuperset(of: ["ada@example.net", "bob@example.net"]) || record.hasPrefix("ADA"))
        #expect(!inventory.mail.recipients.contains { $0.local.isEmpty || $0.domain.description != "example.net" })
        let leftOut = inventory.mail.sources.leftOut
        #expect(leftOut.count == (reason == nil ? 0 : 1))
        guard let reason else { return }
        let line = try #require(leftOut.lines().first)
        #expect(line.hasPrefix("line 1 of \(scratch.path)/users: ") && line.contains(reason), "\(line)")
        #expect(!line.unicodeScalars.contains { $0.isInvisible })
    }

    @Test func `in a file that are invalid are named up to a limit and counted`() throws {
        let good: [String] = (0..<900).map { "u\($0)@example.net\n" }
        let odd: [String] = (0..<60).map { "x\($0)\n" }
        _ = try file((good + odd).joined())
        let leftOut = try inventory("recipients: {file: users}").mail.sources.leftOut
        #expect(leftOut.count == 60 && leftOut.records.count == 20)
        #expect(leftOut.lines().count == 21 && leftOut.lines().last == "and 40 more")
    }

    @Test func `in a file of another format are reported by its first lines`() throws {
        _ = try file(String(repeating: "<p>\n", count: 300))
        let error = #expect(throws: Mistakes.self) { try inventory("recipients: {file: users}") }
        #expect(error?.all.count == 6)
        let good: [String] = (0..<100).map { "u\($0)@example.net\n" }
        _ = try file(good.joined() + String(repeating: "Name;Mail\n", count: 12))
        let share = #expect(throws: Mistakes.self) { try inventory("recipients: {file: users}") }
        #expect(share?.all.count == 6)
        #expect(
            share?.all.first?.text == "12 of 112 records are invalid; `max_left_out` allows at most 10 percent")
        #expect(try inventory("recipients: {file: users, max_left_out: 11}").mail.sources.leftOut.count == 12)
        _ = try file("u@example.net\nName\n")
        #expect(throws: Mistakes.self) { try inventory("recipients: {file: users, max_left_out: 0}") }
        try Data([0x61, 0xFF, 0x0A]).write(to: URL(filePath: scratch.path + "/users"))
        let bytes = #expect(throws: Mistakes.self) { try inventory("recipients: {file: users}") }
        #expect(bytes?.all.map(\.text) == ["byte 2 of the file is 0xFF, which is not UTF-8; save the file as UTF-8"])
    }

    @Test func `match the commented inventory after it is uncommented`() throws {
        let ssh = try InventoryText.example(with: "ssh")
        let head = try #require(ssh.firstRange(of: "recipients:"))
        let part = try InventoryText.example(with: "recipients")
        let tail = try #require(
            part.ranges(of: "recipients:").dropFirst().first { part[..<$0.lowerBound].hasSuffix("\n") })
        let whole = String(ssh[..<head.lowerBound] + part[tail.lowerBound...])
        try "you@yourdomain.net\n".write(toFile: scratch.path + "/recipients.txt", atomically: true, encoding: .utf8)
        let inventory = try Inventory.read(
            SourceFile(
                name: scratch.path + "/three-sites.yml",
                text: whole.replacing("list: [you@yourdomain.net]", with: "list: [me@yourdomain.net]")))
        #expect(inventory.mail.sources.postfixAdmin?.database == .postgresql)
        #expect(inventory.mail.sources.policy == .reject && inventory.mail.sources.every == RecipientSources().every)
        #expect(inventory.mail.sources.stale == RecipientSources().stale && inventory.mail.sources.hasFile)
        #expect(inventory.mail.primary.ssh?.user == "root")
    }
}
