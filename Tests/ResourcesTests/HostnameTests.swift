import RemoteShell
import TestSupport
import Testing

@testable import ConfigurationFiles
@testable import Resources

@Suite struct `A host name` {
    private let hostname: Hostname

    init() throws { hostname = try .read("name: MX2.example.net") }

    private static let files =
        "hostname same\nhosts same\n644 root:root /etc/hostname\n644 root:root /etc/hosts\n"

    @Test(arguments: ["mx2\nmx2.example.net\n", "mx2.example.net\nmx2.example.net\n"])
    func `is unchanged if the system returns the full name`(_ answer: String) throws {
        #expect(try hostname.changes(after: .said(answer + Self.files)) == [])
    }

    @Test(
        arguments: [
            ("hostname same", "hostname absent", [("/etc/hostname", nil, "mx2")]),
            ("hostname same", "hostname other", [("/etc/hostname", "other content", "mx2")]),
            ("hostname same", "hostname obstacle", [("/etc/hostname", "not a regular file", "mx2")]),
            ("hosts same", "hosts absent", [("/etc/hosts", nil, "a file with localhost")]),
            ("hosts same", "hosts other", [("/etc/hosts", "other content", "a file with localhost")]),
            ("hosts same", "hosts obstacle", [("/etc/hosts", "not a regular file", "a file with localhost")]),
            ("644 root:root /etc/hosts", "0 root:root /etc/hosts", [("mode of /etc/hosts", "0", "0644")]),
            (
                "644 root:root /etc/hostname", "644 mail:root /etc/hostname",
                [("owner of /etc/hostname", "mail:root", "root:root")]
            ),
        ] as [(String, String, [(String, String?, String?)])])
    func `repairs its files`(
        _ part: String, _ other: String, _ changes: [(String, String?, String?)]
    ) throws {
        let answer = "mx2\nmx2.example.net\n" + Self.files.replacing(part, with: other)
        #expect(try hostname.changes(after: .said(answer)) == changes.map { Change($0, from: $1, to: $2) })
    }

    @Test(
        arguments: [
            (
                "old\nold.example.net\n",
                [("hostname", "old", "mx2"), ("full name", "old.example.net", "mx2.example.net")]
            ),
            ("mx2\nmx2.wrong.example\n", [("full name", "mx2.wrong.example", "mx2.example.net")]),
            ("mx2\nmx2\n", [("full name", "mx2", "mx2.example.net")]),
            ("mx2\n", [("full name", nil, "mx2.example.net")]),
            ("old\nmx2.example.net\n", [("hostname", "old", "mx2")]),
        ] as [(String, [(String, String?, String?)])])
    func `reports the differences`(_ answer: String, _ changes: [(String, String?, String?)]) throws {
        #expect(try hostname.changes(after: .said(answer + Self.files)) == changes.map { Change($0, from: $1, to: $2) })
    }

    @Test(arguments: ["", "\n", "mx2", "mx2\nmx2.exam", "a b\n", "mx2\nmx2.example.net\nmore\n", "\u{0}\u{1b}[2J\n"])
    func `rejects malformed probe output`(_ answer: String) {
        #expect(throws: UnreadableAnswer(expected: "a host name", answer: .said(answer))) {
            try hostname.observation(from: .said(answer))
        }
    }

    @Test func `is set to the part before the first dot, as Proxmox does at the next start`() throws {
        let repair = try hostname.repair(after: .said("old\n" + Self.files))
        #expect(repair.contains("printf '%s\\n' 'mx2' | replace 644 root:root /etc/hostname\nhostname 'mx2'\n"))
        #expect(repair.contains("printf '127.0.1.1 %s %s # mxprovision\\n' 'mx2.example.net' 'mx2'"))
    }

    @Test(arguments: [
        "-F/etc/shadow", "mx2 example", "mx2.example.net; reboot", "$(reboot)", "mx2", "mx2..net", "é.net",
    ])
    func `reports an invalid name`(_ name: String) throws {
        #expect(try Hostname.mistakes(in: "name: '\(name)'").count == 1)
    }
}
