import Foundation
import RemoteShell
import TestSupport
import Testing

@testable import ConfigurationFiles

/// The primary's script with a program as its source. Its database queries have other tests.
@Suite(.serialized) struct `The primary's list of recipients` {
    private let scratch = ScratchFolder()

    private func list(
        _ source: Data, _ words: [String]? = nil, asking command: String = "list"
    ) async throws -> CommandResult {
        let file = scratch.path + "/source"
        try source.write(to: URL(filePath: file))
        let settings =
            ["version=ab12", "domain=a.net", "domain=b.net"] + (words ?? ["cat", file]).map { "command=\($0)" }
        try settings.map { $0 + "\n" }.joined()
            .write(toFile: scratch.path + "/settings", atomically: true, encoding: .utf8)
        return try await ProcessShell.local.run(
            "SSH_ORIGINAL_COMMAND=\(command) \(PullFolder.scripts + "/list-recipients") \(scratch.path + "/settings")")
    }

    @Test func `is sorted, in lower case, sealed, and limited to the relayed domains`() async throws {
        let answer = try await list(
            Data("# users\nYou@A.net\n\nada@b.net\nx@elsewhere.example\no'hara+x/y@a.net\n@b.net\n".utf8))
        #expect(answer.errorText == "")
        let lines = [
            "source command 3", "left-out 0", "catch-all b.net", "address ada@b.net", "address o'hara+x/y@a.net",
            "address you@a.net",
        ]
        #expect(try await answer.text == PullFolder().sealed(lines))
    }

    @Test(arguments: [
        ("<!DOCTYPE html>\n<html>you@a.net</html>\n", "line 1 <!DOCTYPE html> is not an address"),
        (
            "you@a.net\n" + String(repeating: "<p>\n", count: 6),
            "6 of 7 records of command are not addresses, more than 10 percent"
        ),
        ("y\u{0}o\u{0}u\u{0}", "the output of command has NUL bytes and may be UTF-16; expected UTF-8"),
        ("you@elsewhere.example\n", "command returned no address in a.net b.net"),
        ("", "command returned no address in a.net b.net"),
        ("you.@a.net\n", "line 1 you.@a.net is not an address"),
    ])
    func `is not printed if its source returns unusable text`(_ source: String, said: String) async throws {
        let answer = try await list(Data(source.utf8))
        #expect(answer.exit == 1 && answer.text == "")
        #expect(answer.errorText.contains(said), "\(answer.errorText)")
    }

    /// A record beside `you@a.net`, and the exporter's text for it; nil if the record is valid or ignored.
    private static let records: [(String, String?)] = [
        ("#ann@a.net", nil), ("\u{FEFF}", nil), ("  ada@a.net\t", nil), ("YOU@a.net", nil),
        ("v@elsewhere.example", nil),
        ("Name;Mail", "Name;Mail"), ("ädä@a.net", "\\xC3\\xA4d\\xC3\\xA4@a.net"),
        ("\u{200B}ada@a.net", "\\xE2\\x80\\x8Bada@a.net"),
        ("ada@a.net\u{A0}", "ada@a.net\\xC2\\xA0"), ("\"a b\"@a.net", "\"a b\"@a.net"), ("-f@a.net", "-f@a.net"),
        ("v%x.net@a.net", "v%x.net@a.net"), ("x.net!v@a.net", "x.net!v@a.net"), ("a\\b@a.net", "a\\\\b@a.net"),
        ("two words@a.net", "two words@a.net"), ("a@b@a.net", "a@b@a.net"),
        (String(repeating: "x", count: 65) + "@a.net", String(repeating: "x", count: 65) + "@a.net"),
        (String(repeating: "y", count: 100), String(repeating: "y", count: 80) + "..."),
    ]

    @Test(arguments: records.indices, ["\n", "\r\n", "\r"])
    func `has all valid records, and names an invalid one`(_ index: Int, end: String) async throws {
        let (record, name) = Self.records[index]
        let answer = try await list(Data("\(record)\(end)you@a.net\(end)".utf8), asking: "list odd")
        let lines = answer.text.split(separator: "\n").map(String.init)
        #expect(answer.exit == 0 && lines.contains("address you@a.net"), "\(answer.errorText)")
        #expect(lines.filter { $0.hasPrefix("odd ") } == (name.map { ["odd command 1 \($0)"] } ?? []))
        #expect(lines.contains("left-out \(name == nil ? 0 : 1)") && !lines.contains { $0.hasPrefix("catch-all") })
    }

    @Test func `names at most 20 invalid records, and only to a guest that supports them`() async throws {
        let good: [String] = (0..<900).map { "u\($0)@a.net\n" }
        let odd: [String] = (0..<60).map { "x\($0)\n" }
        let source = Data((good + odd).joined().utf8)
        let old = try await list(source)
        #expect(old.text.contains("\nleft-out 60\n") && !old.text.contains("\nodd "))
        let new = try await list(source, asking: "list odd")
        #expect(new.text.split(separator: "\n").count { $0.hasPrefix("odd ") } == 20)
    }

    @Test func `treats a byte that is not UTF-8 as an invalid record, and fails if its source fails`()
        async throws
    {
        let bytes = try await list(Data("you@a.net\n".utf8) + [0xFF, 0x0A], asking: "list odd")
        #expect(
            bytes.exit == 0 && bytes.text.contains("\nodd command 2 \\xFF\n")
                && bytes.text.contains("address you@a.net"))
        let failed = try await list(Data(), ["sh", "-c", "echo you@a.net; exit 3"])
        #expect(failed.exit == 1 && failed.text == "")
        #expect(failed.errorText == "the command failed with exit status 3\n")
    }

    @Test func `never expands the words of its command`() async throws {
        let answer = try await list(Data(), ["printf", "%s\\n", "it's$(reboot)@a.net", "you@a.net"])
        #expect(answer.exit == 0 && answer.errorText == "", "\(answer.errorText)")
        #expect(answer.text.contains("left-out 1") && answer.text.contains("address you@a.net"))
    }
}
