import RemoteShell
import Testing

@testable import Provisioning

@Suite struct `A host name` {
    private let hostname: Hostname

    init() throws { hostname = try .read("name: MX2.example.net") }

    @Test(arguments: ["mx2\nmx2.example.net\n", "mx2.example.net\nmx2.example.net\n"])
    func `is right where the system knows its full name`(_ answer: String) throws {
        #expect(try hostname.changes(after: .said(answer)) == [])
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
    func `that differs is told`(_ answer: String, _ changes: [(String, String?, String?)]) throws {
        #expect(try hostname.changes(after: .said(answer)) == changes.map { Change($0, from: $1, to: $2) })
    }

    @Test(arguments: ["", "\n", "mx2", "mx2\nmx2.exam", "a b\n", "mx2\nmx2.example.net\nmore\n", "\u{0}\u{1b}[2J\n"])
    func `is not read from an answer that is none`(_ answer: String) {
        #expect(throws: UnreadableAnswer(expected: "a host name", answer: .said(answer))) {
            try hostname.observation(from: .said(answer))
        }
    }

    @Test func `is set as Proxmox sets it at the next start: the part before the first dot`() throws {
        let remedy = try hostname.remedy(after: .said("old\n"))
        #expect(remedy.contains("printf '%s\\n' 'mx2' >/etc/hostname\nhostname 'mx2'\n"))
        #expect(remedy.contains("printf '127.0.1.1 %s %s # mxprovision\\n' 'mx2.example.net' 'mx2'"))
    }

    @Test(arguments: [
        "-F/etc/shadow", "mx2 example", "mx2.example.net; reboot", "$(reboot)", "mx2", "mx2..net", "é.net",
    ])
    func `that is none is a mistake`(_ name: String) throws {
        #expect(try Hostname.mistakes(in: "name: '\(name)'").count == 1)
    }
}
