import Foundation
import RemoteShell
import TestSupport
import Testing

@testable import ConfigurationFiles
@testable import Resources

@Suite struct `A managed file` {
    private let file: ManagedFile

    init() throws { file = try .read("{path: /etc/a.conf, content: \"ü\\n\", mode: '0640', owner: root:mail}") }

    @Test func `is unchanged if content, mode and owner match`() throws {
        #expect(try file.changes(after: .said("640 root:mail\nü\n")) == [])
    }

    @Test func `is created if it is missing`() throws {
        #expect(try file.changes(after: .said("", exit: 3)) == [Change("/etc/a.conf", from: nil, to: "3 bytes")])
    }

    @Test(
        arguments: [
            ("644 root:mail\nü\n", [("mode of /etc/a.conf", "644", "0640")]),
            ("4640 root:mail\nü\n", [("mode of /etc/a.conf", "4640", "0640")]),
            ("640 UNKNOWN:root\nü\n", [("owner of /etc/a.conf", "UNKNOWN:root", "root:mail")]),
            ("640 root:mail\n", [("/etc/a.conf", "0 bytes", "3 bytes, other content")]),
            ("640 root:mail\nü", [("/etc/a.conf", "2 bytes", "3 bytes, other content")]),
            // The same visible letter as two code points, so different bytes.
            ("640 root:mail\nu\u{308}\n", [("/etc/a.conf", "4 bytes", "3 bytes, other content")]),
            (
                "600 a:b\nx\n",
                [
                    ("/etc/a.conf", "2 bytes", "3 bytes, other content"), ("mode of /etc/a.conf", "600", "0640"),
                    ("owner of /etc/a.conf", "a:b", "root:mail"),
                ]
            ),
        ] as [(String, [(String, String?, String?)])])
    func `reports the differences`(_ answer: String, _ changes: [(String, String?, String?)]) throws {
        #expect(try file.changes(after: .said(answer)) == changes.map { Change($0, from: $1, to: $2) })
    }

    @Test(arguments: [
        ("", 0), ("640 root:mail", 0), ("640\nü\n", 0), ("rw-r----- root:mail\nü\n", 0), ("640 root\nü\n", 0),
        ("640 root:mail\n", 1), ("", 1), ("", 127), ("ü\n", 3), ("\u{0}\n", 0), ("99999 root:mail\nü\n", 0),
    ])
    func `rejects malformed probe output`(_ text: String, _ exit: Int) {
        let answer = CommandResult.said(text, exit: exit)
        #expect(throws: UnreadableAnswer(expected: "a file with its mode and owner", answer: answer)) {
            try file.observation(from: answer)
        }
    }

    @Test(arguments: [
        ("path: a, content: x", "`path`: invalid value `a`; expected an absolute path"),
        ("path: \"/a\\nb\", content: x", "`path`: invalid value `/a\nb`; expected an absolute path"),
        ("path: /a/, content: x", "`path`: `/a/` is the path of a directory; expected a file"),
        ("path: /a", "one of `content`, `source` is required to specify the content"),
        ("path: /a, content: \"\\0\"", "`content` contains a NUL, which a shell cannot handle"),
        ("path: /a, content: x, mode: 'u+x'", "`mode`: invalid value `u+x`; expected octal digits like `0644`"),
        ("path: /a, content: x, mode: '-644'", "`mode`: invalid value `-644`; expected octal digits like `0644`"),
        ("path: /a, content: x, owner: '-R:root'", "`owner`: invalid value `-R:root`; expected `user:group`"),
        ("path: /a, content: x, owner: root", "`owner`: invalid value `root`; expected `user:group`"),
    ])
    func `reports invalid parameters`(_ yaml: String, _ mistake: String) throws {
        #expect(try ManagedFile.mistakes(in: "{\(yaml)}") == [mistake])
    }

    @Test func `can have the content of a file beside the playbook`() throws {
        let scratch = ScratchFolder()
        try "from a file\n".write(toFile: scratch.path + "/source", atomically: true, encoding: .utf8)
        let book = scratch.path + "/book.yml"
        #expect(try ManagedFile.read("{path: /a, source: source}", file: book).content == "from a file\n")
        let missing = try ManagedFile.mistakes(in: "{path: /a, source: none}", file: book)
        #expect(missing == ["`source`: cannot read `\(scratch.path)/none`: No such file or directory"])
    }
}
