import Foundation
import Testing

@testable import Provisioning

@Suite struct `A file that a person wrote` {
    let scratch = ScratchFolder()

    private func mistakes(at path: String) -> [Mistake] {
        do {
            _ = try SourceFile(path: path).node()
            return []
        } catch { return error.all }
    }

    /// The only mistake in a file of these bytes, without the file's name before it.
    private func mistake(in bytes: Data) throws -> String {
        let path = scratch.path + "/file.yml"
        try bytes.write(to: URL(filePath: path))
        let mistakes = mistakes(at: path)
        #expect(mistakes.count == 1)
        return String(try #require(mistakes.first).description.dropFirst(path.count))
    }

    @Test func `of fifty megabytes is refused unread`() throws {
        let path = scratch.path + "/big.yml"
        try Data().write(to: URL(filePath: path))
        try FileHandle(forWritingTo: URL(filePath: path)).truncate(atOffset: 50 << 20)
        #expect(mistakes(at: path) == [Mistake(file: path, line: nil, text: "is bigger than 1 MiB, and was not read")])
    }

    @Test func `that is not there, or is a folder, is said to be so`() {
        #expect(
            mistakes(at: "/no/such.yml") == [Mistake(file: "/no/such.yml", line: nil, text: "there is no such file")])
        #expect(mistakes(at: scratch.path) == [Mistake(file: scratch.path, line: nil, text: "is a folder")])
    }

    @Test(
        arguments: [
            ([0x61, 0x0A, 0xC3, 0xA4, 0xFF], ":2: byte 5 of the file is 0xFF, which is not UTF-8"),
            ([0x61, 0xE2, 0x82], ":1: byte 2 of the file is 0xE2, which is not UTF-8"),
            // UTF-16 with its mark.
            ([0xFF, 0xFE, 0x61, 0x00], ":1: byte 1 of the file is 0xFF, which is not UTF-8"),
        ] as [([UInt8], String)])
    func `is UTF-8, or told which byte is not`(bytes: [UInt8], expected: String) throws {
        #expect(try mistake(in: Data(bytes)) == expected)
    }

    @Test(arguments: [
        ("", ": is empty"),
        ("# nothing but this\n", ": is empty"),
        ("~", ": is empty"),
        (
            "a: 1\nb: [1, 2\nc: 3",
            ":3: is no YAML: did not find expected ',' or ']' (while parsing a flow sequence, line 2)"
        ),
        (
            "a:\n\tb: 2",
            ":2: is no YAML: found character that cannot start any token (while scanning for the next token, line 2)"
        ),
        ("a: *nowhere", ":1: is no YAML: found undefined alias"),
        (
            "a: 1\n---\nb: 2",
            ":2: is no YAML: but found another document (expected a single document in the stream, line 1)"
        ),
        ("a: 1\nb: 2\na: 3", ":1: `a` is given twice in one mapping"),
        ("x:\n  a: 1\n  a: 3\n  b: 2\n  b: 2", ":2: `a`, `b` are each given twice in one mapping"),
        ("a: \u{7}", ":1: is no YAML: control characters are not allowed"),
    ])
    func `is YAML, or told where it is not`(yaml: String, expected: String) throws {
        let found = try mistake(in: Data(yaml.utf8))
        #expect(found == expected)
    }

    @Test func `may use aliases`() throws {
        var parameters = try Parameters(yaml: "a: &x [1, 2]\nb: *x\nc: 'a *x b'")
        #expect(parameters.strings("b") == ["1", "2"])
        #expect(parameters.string("c") == "a *x b")
    }

    /// The second has its bomb in a key, which the parser would compare with the others.
    @Test(.timeLimit(.minutes(10)), arguments: ["z: *a30", "? *a30\n: 1\n? *a29\n: 1"])
    func `does not grow without measure by its aliases`(last: String) throws {
        let bomb = (1...30).map { "a\($0): &a\($0) [*a\($0 - 1), *a\($0 - 1)]" }
        let yaml = (["a0: &a0 x"] + bomb + [last]).joined(separator: "\n")
        #expect(try mistake(in: Data(yaml.utf8)) == ": stands for too much: its aliases grow without measure")
    }

    @Test(.timeLimit(.minutes(10)), arguments: ["[", "{a: ", "- ", "? "])
    func `may be nested as deeply as it likes without harm`(opening: String) throws {
        let yaml = String(repeating: opening, count: 200_000 / opening.count)
        #expect(try mistake(in: Data(yaml.utf8)).contains("is no YAML: "))
    }
}
