import RemoteShell
import TestSupport
import Testing

@testable import Resources

@Suite struct `A managed directory` {
    private let directory: Directory

    init() throws { directory = try .read("{path: /srv/a, mode: '0750', owner: root:mail}") }

    @Test(
        arguments: [
            ("750 root:mail\n", 0, []),
            ("", 3, [("/srv/a", nil, "a directory")]),
            ("755 root:mail\n", 0, [("mode of /srv/a", "755", "0750")]),
            ("2750 root:mail\n", 0, [("mode of /srv/a", "2750", "0750")]),
            ("750 a:b\n", 0, [("owner of /srv/a", "a:b", "root:mail")]),
            ("0 a:b\n", 0, [("mode of /srv/a", "0", "0750"), ("owner of /srv/a", "a:b", "root:mail")]),
        ] as [(String, Int, [(String, String?, String?)])])
    func `reports the differences`(_ text: String, _ exit: Int, _ changes: [(String, String?, String?)]) throws {
        let wanted = changes.map { Change($0, from: $1, to: $2) }
        #expect(try directory.changes(after: .said(text, exit: exit)) == wanted)
    }

    @Test(arguments: [
        ("", 0), ("750 root:mail", 0), ("750\n", 0), ("750 root:mail\nmore\n", 0), ("x y\n", 0), ("", 1),
        ("750 root:mail\n", 3), ("\u{0}\u{7f}", 0),
    ])
    func `rejects malformed probe output`(_ text: String, _ exit: Int) {
        let answer = CommandResult.said(text, exit: exit)
        #expect(throws: UnreadableAnswer(expected: "a directory's mode and owner", answer: answer)) {
            try directory.observation(from: answer)
        }
    }
}
