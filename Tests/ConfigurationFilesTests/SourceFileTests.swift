import Foundation
import TestSupport
import Testing

@testable import ConfigurationFiles
@testable import Resources

@Suite struct `A file that a person wrote` {
    let scratch = ScratchFolder()

    private func mistakes(at path: String) -> [Mistake] {
        do {
            _ = try SourceFile(path: path).node()
            return []
        } catch { return error.all }
    }

    /// Returns the only mistake in a file with these bytes, without the file name.
    private func mistake(in bytes: Data) throws -> String {
        let path = scratch.path + "/file.yml"
        try bytes.write(to: URL(filePath: path))
        let mistakes = mistakes(at: path)
        #expect(mistakes.count == 1)
        return String(try #require(mistakes.first).description.dropFirst(path.count))
    }

    @Test func `of 50 MiB is refused without reading it`() throws {
        let path = scratch.path + "/big.yml"
        try Data().write(to: URL(filePath: path))
        try FileHandle(forWritingTo: URL(filePath: path)).truncate(atOffset: 50 << 20)
        #expect(mistakes(at: path) == [Mistake(file: path, line: nil, text: "is larger than 1 MiB and was not read")])
    }

    @Test func `that is missing or a folder is reported`() {
        #expect(
            mistakes(at: "/no/such.yml") == [Mistake(file: "/no/such.yml", line: nil, text: "file not found")])
        #expect(mistakes(at: scratch.path) == [Mistake(file: scratch.path, line: nil, text: "is a folder")])
    }

    @Test(arguments: ["--inventory", "--playbook"]) func `that is missing is reported with the option to use`(
        option: String
    ) {
        let mistakes = #expect(throws: Mistakes.self) { try SourceFile(path: "/no/such.yml", option: option) }
        #expect(mistakes?.all.first?.text.contains("file not found; specify it with `\(option) FILE`") == true)
    }

    @Test(
        arguments: [
            (
                [0x61, 0x0A, 0xC3, 0xA4, 0xFF],
                ":2: byte 5 of the file is 0xFF, which is not UTF-8; save the file as UTF-8"
            ),
            ([0x61, 0xE2, 0x82], ":1: byte 2 of the file is 0xE2, which is not UTF-8; save the file as UTF-8"),
            // UTF-16 with a byte order mark.
            ([0xFF, 0xFE, 0x61, 0x00], ": the file is UTF-16; save it as UTF-8"),
            ([0xFE, 0xFF, 0x00, 0x61], ": the file is UTF-16; save it as UTF-8"),
            ([0x61, 0x00, 0x3A, 0x00, 0x20, 0x00], ": the file is UTF-16; save it as UTF-8"),
            ([0x00, 0x61, 0x00, 0x3A], ": the file is UTF-16; save it as UTF-8"),
        ] as [([UInt8], String)])
    func `is UTF-8, or the invalid byte is reported`(bytes: [UInt8], expected: String) throws {
        #expect(try mistake(in: Data(bytes)) == expected)
    }

    @Test func `may have a byte order mark and Windows line endings`() throws {
        let path = scratch.path + "/windows.yml"
        try Data("\u{FEFF}name: home\r\nlist:\r\n  - a\r\n".utf8).write(to: URL(filePath: path))
        var parameters = Parameters(try SourceFile(path: path).node(), file: path)
        #expect(parameters.string("name") == "home" && parameters.strings("list") == ["a"])
    }

    private static let indentation = "wrong indentation"

    /// The file, and the beginning of its only message after the file name.
    @Test(arguments: [
        ("", ": is empty"),
        ("# nothing but this\n", ": is empty"),
        ("~", ": is empty"),
        ("a: 1\nb: [1, 2\nc: 3", ":2: invalid YAML: the `[` on this line is not closed"),
        ("a: {b: 1\nc: 2", ":1: invalid YAML: the `{` on this line is not closed"),
        ("a:\n\tb: 2", ":2: invalid YAML: the line is indented with a tab; indent with spaces"),
        ("a:\n  b: 1\n\tc: 2", ":3: invalid YAML: the line is indented with a tab; indent with spaces"),
        ("a: >\n\tb", ":2: invalid YAML: the line is indented with a tab; indent with spaces"),
        ("a: @x.org", ":1: invalid YAML: a key or value cannot begin with `@`; put it in quotes"),
        ("a: `x`", ":1: invalid YAML: a key or value cannot begin with ```; put it in quotes"),
        ("a: %x", ":1: invalid YAML: a key or value cannot begin with `%`; put it in quotes"),
        ("%x: 1", ":1: invalid YAML: a key or value cannot begin with `%`; put it in quotes"),
        ("a: *.x.org", ":1: invalid YAML: a key or value cannot begin with `*`; put it in quotes"),
        ("a: *nowhere", ":1: invalid YAML: a key or value cannot begin with `*`; put it in quotes"),
        ("a: & b", ":1: invalid YAML: a key or value cannot begin with `&`; put it in quotes"),
        ("a: ]", ":1: invalid YAML: a key or value cannot begin with `]`; put it in quotes"),
        ("a: b: c", ":1: invalid YAML: the value contains `: `; put the whole value in quotes"),
        ("a: x\n  b: 2", ":2: invalid YAML: " + indentation),
        ("a:\n  b: 1\n c: 2", ":3: invalid YAML: " + indentation),
        ("- a\nb: 1", ":2: invalid YAML: " + indentation),
        ("a: 1\n- b", ":2: invalid YAML: " + indentation),
        ("a: 1\nb\nc: 2", ":2: invalid YAML: the line has no `: `; expected `KEY: VALUE`"),
        ("a: 1\nb:2\nc: 3", ":2: invalid YAML: the line has no `: `; expected `KEY: VALUE`"),
        ("a: 'it\nb: 2\n", ":1: invalid YAML: the quotation mark that opens on this line is not closed"),
        ("a:\n  b: \"x\n  c: 2\n", ":2: invalid YAML: the quotation mark that opens on this line is not closed"),
        ("a: 'it's'", ":1: invalid YAML: text follows the end of a value; put the whole value in quotes"),
        ("a: {{ x }}/y", ":1: invalid YAML: text follows the end of a value; put the whole value in quotes"),
        ("a: \"\\q\"", ":1: invalid YAML: `\\` begins an escape within double quotes"),
        ("a: - b", ":1: invalid YAML: a list cannot begin after `KEY: `"),
        ("a: |x\n  b", ":1: invalid YAML: only a comment can follow `|` or `>`"),
        ("a: 1\n---\nb: 2", ":2: invalid YAML: `---` begins a second document; use one document per file"),
        ("a: 1\nb: 2\na: 3", ":3: duplicate key `a`, here and on line 1; keep one of them"),
        ("x:\n  - a: 1\n    b: 3\n    'a': 2", ":4: duplicate key `a`, here and on line 2; keep one of them"),
        ("x: {a: 1, a: 2}", ":1: duplicate key `a` in one mapping; keep one of them"),
        ("b: 1\na: \u{7}", ":2: the line has U+0007, a control character; delete it"),
        ("a: b\u{0}", ":1: the line has U+0000, a control character; delete it"),
        ("a: x\u{200B}", ":1: the line has U+200B, which is invisible; delete it"),
        ("\u{200B}a: x", ":1: the line has U+200B, which is invisible; delete it"),
        ("a: 1\n\u{FEFF}b: 2", ":2: the line has U+FEFF, which is invisible; delete it"),
        ("a:\n\u{A0}\u{A0}b: 2", ":2: the line has U+00A0 in its indentation; use spaces"),
    ])
    func `is YAML, or the error and its fix are reported`(yaml: String, expected: String) throws {
        let found = try mistake(in: Data(yaml.utf8))
        #expect(found.hasPrefix(expected), "\(found)")
    }

    @Test func `with many similar mistakes shows ten of them and counts the rest`() {
        let many = (1...500).map { (number: Int) in
            Mistake(file: "a.yml", line: number, text: "`to`: invalid mail address `x\(number)`")
        }
        let other = Mistake(file: "a.yml", line: 600, text: "`name` is missing")
        let shown = Mistakes(many + [other]).shown
        #expect(shown.count == 12 && shown.last == other)
        #expect(shown[10].text == "490 more mistakes like the one above")
        #expect(Mistakes(Array(many.prefix(10))).shown.count == 10)
    }

    @Test(arguments: [
        "a: 1\nb: x", "\u{FEFF}a: 1\nb: x\n", "a: 1\r\nb: x\r\n", "\u{FEFF}a: 1\rb: x\r", "a: 1  \nb: x\t\n\n",
    ])
    func `may have any line ending, a byte order mark and trailing spaces`(text: String) throws {
        let path = scratch.path + "/file.yml"
        try Data(text.utf8).write(to: URL(filePath: path))
        var parameters = Parameters(try SourceFile(path: path).node(), file: path)
        #expect(parameters.string("a") == "1" && parameters.string("b") == "x" && parameters.mistakes == [])
    }

    @Test(arguments: [
        ("a: x\u{A0}y", "`a` contains the invisible character \\u{A0}; remove it"),
        ("a: \u{AD}x", "`a` contains the invisible character \\u{AD}; remove it"),
        ("a: x\u{202E}y", "`a` contains the invisible character \\u{202E}; remove it"),
        ("a: x\u{2066}y", "`a` contains the invisible character \\u{2066}; remove it"),
        ("a: |\n  x\u{202E}y\n  z", "`a` contains the invisible character \\u{202E}; remove it"),
        ("a: x\u{E0041}", "`a` contains the invisible character \\u{E0041}; remove it"),
        ("a: “x”", "`a` has the typographic quotation mark `“` at its start; use `\"` or `'`, or none"),
        ("a: x’", "`a` has the typographic quotation mark `’` at its end; use `\"` or `'`, or none"),
        ("“a”: x", "the key `“a”` has the typographic quotation mark `“` at its start; use `\"` or `'`, or none"),
    ])
    func `has no invisible characters or typographic quotes in keys and values`(yaml: String, text: String) throws {
        var parameters = try Parameters(yaml: yaml)
        _ = parameters.string("a")
        parameters.finish()
        #expect(parameters.mistakes.map(\.text) == [text])
    }

    @Test func `reports five wrong items of a list and counts the rest`() throws {
        var parameters = try Parameters(yaml: "a: [\((1...400).map { "x\($0)" }.joined(separator: ", "))]")
        let _: [IPAddress] = parameters.values("a")
        #expect(parameters.mistakes.count == 6)
        #expect(parameters.mistakes.last?.text == "`a`: 395 more mistakes like these")
    }

    @Test func `may use aliases`() throws {
        var parameters = try Parameters(yaml: "a: &x [1, 2]\nb: *x\nc: 'a *x b'")
        #expect(parameters.strings("b") == ["1", "2"])
        #expect(parameters.string("c") == "a *x b")
    }

    /// The second has the bomb in a key, because the parser compares keys with each other.
    @Test(.timeLimit(.minutes(10)), arguments: ["z: *a30", "? *a30\n: 1\n? *a29\n: 1"])
    func `is refused if its aliases expand too much`(last: String) throws {
        let bomb = (1...30).map { "a\($0): &a\($0) [*a\($0 - 1), *a\($0 - 1)]" }
        let yaml = (["a0: &a0 x"] + bomb + [last]).joined(separator: "\n")
        #expect(
            try mistake(in: Data(yaml.utf8))
                == ": is too large after its YAML aliases are expanded; use fewer nested aliases")
    }

    @Test(.timeLimit(.minutes(10)), arguments: ["[", "{a: ", "- ", "? "])
    func `may be nested deeply without a crash`(opening: String) throws {
        let yaml = String(repeating: opening, count: 200_000 / opening.count)
        #expect(try mistake(in: Data(yaml.utf8)).contains("invalid YAML: "))
    }
}
