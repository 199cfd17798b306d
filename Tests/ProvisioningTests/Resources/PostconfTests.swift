import RemoteShell
import TestSupport
import Testing

@testable import Alerts
@testable import BackupMX
@testable import ConfigurationFiles
@testable import Engine
@testable import Resources
@testable import Sites

@Suite struct `Postfix settings` {
    private let postconf: Postconf

    init() throws {
        postconf = try .read(
            """
            parameters: {relay_domains: "a.example, b.example", mydestination: "", inet_interfaces: all}
            services: {relay/unix/soft_bounce: "yes"}
            """)
    }

    private static let files =
        """
        /etc/postfix/main.cf 644 root:root regular file
        /etc/postfix/master.cf 644 root:root regular file
        /etc/postfix 755 root:root directory
        /var/spool/postfix 755 root:root directory
        /var/spool/postfix/maildrop 1730 postfix:postdrop directory

        """
        + [
            "active", "bounce", "corrupt", "defer", "deferred", "flush", "hold", "incoming", "private", "saved",
            "trace",
        ]
        .map { "/var/spool/postfix/\($0) 700 postfix:root directory\n" }.joined()

    private static let services =
        """
        smtp      inet  n       -       y       -       -       smtpd
        pickup\tunix n - y 60 1 pickup

        """
        + [
            "cleanup", "qmgr", "tlsmgr", "rewrite", "bounce", "defer", "trace", "verify", "flush", "proxymap", "smtp",
            "relay", "showq", "error", "retry", "discard", "anvil", "scache",
        ].map { "\($0) unix - - y - - \($0)\n" }.joined()

    private let right =
        files + "==\n" + services + """
            ==
            inet_interfaces = all
            mydestination =
            relay_domains = a.example b.example
            unrelated = {a=b, c==d}
            ==
            relay/unix/soft_bounce = yes
            ==
            == 0

            """

    private static let main = "/etc/postfix/main.cf"
    private static let master = "/etc/postfix/master.cf"

    @Test(arguments: [
        (
            "postconf: warning: x\npostconf: fatal: /etc/postfix/main.cf, line 84: missing '=': \"broken line\"\n",
            main,
            "/etc/postfix/main.cf, line 84: missing '=': \"broken line\""
        ),
        (
            "postmap: fatal: file /etc/postfix/main.cf: parameter myhostname: bad parameter value: a b\n", main,
            "file /etc/postfix/main.cf: parameter myhostname: bad parameter value: a b"
        ),
        (
            "postconf: warning: unreasonable macro call nesting: \"relay_domains\"\npostconf: fatal: macro processing error\n",
            main, "unreasonable macro call nesting: \"relay_domains\""
        ),
        (
            "postconf: fatal: file /etc/postfix/master.cf: line 1: bad field count\n", master,
            "file /etc/postfix/master.cf: line 1: bad field count"
        ),
        (
            "postmap: fatal: bad boolean configuration: soft_bounce = maybe\n", main,
            "bad boolean configuration: soft_bounce = maybe"
        ),
        ("postmap: fatal: \u{1b}[2J\n", main, "?[2J"),
        ("sh: 9: postmap: Permission denied\n", main, "postconf fails"),
    ])
    func `that cannot be parsed are reported as damaged and rewritten`(
        _ errors: String, _ path: String, _ reason: String
    ) throws {
        for settings in ["", "relay_domains = x\n", "relay_domains = x\n==\nrelay/unix/a = b\n==\n"] {
            let answer = CommandResult.said(Self.files + "==\n\(Self.services)==\n\(settings)== 1\n", errors: errors)
            let changes = try postconf.changes(after: answer)
            #expect(changes.first == Change(path, from: "damaged: \(reason)", to: "rebuilt"))
            let repair = try postconf.repair(after: answer)
            #expect(repair.contains("-e 'relay_domains=a.example, b.example' 'mydestination=' 'inet_interfaces=all'"))
            #expect(repair.contains("-P 'relay/unix/soft_bounce=yes'"))
        }
    }

    @Test(arguments: [
        ("/etc/postfix/main.cf 644 root:root regular file\n", "", Change(main, from: "missing", to: "rebuilt")),
        (
            "/etc/postfix/main.cf 644 root:root regular file", "/etc/postfix/main.cf 777 root:root symbolic link",
            Change(main, from: "a symbolic link", to: "rebuilt")
        ),
        (
            "/etc/postfix/master.cf 644 root:root regular file", "/etc/postfix/master.cf 755 root:root directory",
            Change(master, from: "a directory", to: "rebuilt")
        ),
        ("cleanup unix - - y - - cleanup\n", "", Change(master, from: "damaged: lacks cleanup", to: "rebuilt")),
        (services, "", Change(master, from: "damaged: lacks 19 services", to: "rebuilt")),
        (
            "smtp      inet  n       -       y       -       -       smtpd\n", "",
            Change(master, from: "damaged: no service listens", to: "rebuilt")
        ),
    ])
    func `are damaged if a required file or entry is missing`(
        _ part: String, _ other: String, _ change: Change
    ) throws {
        #expect(right.contains(part))
        #expect(try postconf.changes(after: .said(right.replacing(part, with: other))).first == change)
    }

    @Test(arguments: [
        ("main.cf 644 root:root", "main.cf 0 root:root"), ("/etc/postfix 755 root:root", "/etc/postfix 700 mail:root"),
        ("deferred 700 postfix:root", "deferred 700 root:root"), ("maildrop 1730", "maildrop 755"),
    ])
    func `need files that others can read and a queue that Postfix owns`(_ part: String, _ other: String) throws {
        let changes = try postconf.changes(after: .said(right.replacing(part, with: other)))
        #expect(!changes.isEmpty && changes.allSatisfy { $0.subject.contains(" of /") })
    }

    @Test(arguments: [
        ("/var/spool/postfix 755 root:root directory\n", "", "/var/spool/postfix"),
        (
            "/postfix/deferred 700 postfix:root directory", "/postfix/deferred 600 root:root regular file",
            "/var/spool/postfix/deferred"
        ),
    ])
    func `are not repaired if another object replaces a queue`(
        _ part: String, _ other: String, _ path: String
    ) throws {
        let answer = CommandResult.said(right.replacing(part, with: other))
        #expect(try postconf.changes(after: answer) == [Change(path, from: "not a directory", to: "a directory")])
        #expect(try postconf.repair(after: answer).contains("is not a directory. It is not replaced"))
    }

    @Test func `are up to date if their meaning is the same`() throws {
        #expect(try postconf.changes(after: .said(right)) == [])
        let commas = right.replacing("a.example b.example", with: "a.example,b.example")
        #expect(try postconf.changes(after: .said(commas)) == [])
    }

    @Test func `are all missing if Postfix is not installed`() throws {
        let changes = try postconf.changes(after: .said("", exit: 127))
        #expect(
            changes == [
                Change("relay_domains", from: nil, to: "a.example, b.example"),
                Change("mydestination", from: nil, to: ""),
                Change("inet_interfaces", from: nil, to: "all"),
                Change("relay/unix/soft_bounce", from: nil, to: "yes"),
            ])
    }

    @Test(
        arguments: [
            ("a.example b.example", "evil.example", "relay_domains", "evil.example", "a.example, b.example"),
            (
                "a.example b.example", "b.example a.example", "relay_domains", "b.example a.example",
                "a.example, b.example"
            ),
            ("mydestination =", "mydestination = x", "mydestination", "x", ""),
            ("mydestination =\n", "", "mydestination", nil, ""),
            ("bounce = yes", "bounce = no", "relay/unix/soft_bounce", "no", "yes"),
            ("relay/unix/soft_bounce = yes\n", "", "relay/unix/soft_bounce", nil, "yes"),
        ] as [(String, String, String, String?, String)])
    func `that differ are reported, and no others are set`(
        _ part: String, _ other: String, _ name: String, _ before: String?, _ after: String
    ) throws {
        let answer = CommandResult.said(right.replacing(part, with: other))
        #expect(try postconf.changes(after: answer) == [Change(name, from: before, to: after)])
        let edit = try postconf.repair(after: answer).firstMatch(of: /edit\(\) \{\n(.*)\n\}/)?.1
        let part = "postconf -c \"$d\" -\(name.contains("/") ? "P" : "e") '\(name)=\(after)'"
        #expect(edit.map(String.init) == (name.contains("/") ? "    : && \(part)" : "    \(part) && :"))
    }

    @Test func `with several entries are reported once each and reduced to one entry`() throws {
        let warning = "postconf: warning: /etc/postfix/main.cf, line 51: overriding earlier entry: relay_domains=x\n"
        let answer = CommandResult.said(right, errors: warning + warning + "postconf: warning: unused parameter: x=y\n")
        #expect(
            try postconf.changes(after: answer) == [
                Change("relay_domains", from: "more than one entry in main.cf", to: "one entry")
            ])
        let repair = try postconf.repair(after: answer)
        #expect(repair.contains("-X 'relay_domains'"))
        #expect(repair.contains("-e 'relay_domains=a.example b.example'"))
    }

    @Test(arguments: [
        "", "==\n", "== 0\n", "==\n==\n", "==\n== 0\n", "==\n==\n==\n==\n== 0", "==\nx\n==\na = b\n==\n==\nmore\n",
        "==\n==\nnonsense\n==\n==\n== 0\n", "==\n==\n==\nnonsense\n==\n== 0\n", "nonsense\n==\n==\n==\n==\n== 0\n",
        "\u{0}\u{fffd}", "==\n==\n==\n==\n==\n== 1\n", "==\n==\n==\n==\n== x\n",
    ])
    func `are not read from an invalid reply`(_ text: String) {
        for exit in [0, 1, 3] {
            let answer = CommandResult.said(text, exit: exit)
            #expect(throws: UnreadableAnswer(expected: "Postfix's settings", answer: answer)) {
                try postconf.observation(from: answer)
            }
        }
    }

    @Test func `that need a restart schedule one, and all others a reload`() {
        #expect(
            postconf.triggers(after: [Change("relay_domains", from: nil, to: "x")]) == [Handler(.reload, "postfix")])
        let both = [Change("relay_domains", from: nil, to: "x"), Change("inet_interfaces", from: nil, to: "all")]
        #expect(postconf.triggers(after: both) == [Handler(.restart, "postfix")])
    }

    @Test(arguments: [
        ("parameters: {}", "`postconf` is empty; expected `parameters` or `services`"),
        ("parameters: {'-e': x}", "`-e` is not a valid name of a Postfix parameter"),
        ("parameters: {'a b': x}", "`a b` is not a valid name of a Postfix parameter"),
        ("parameters: {a: \"x\\ny = z\"}", "the value of `a` contains a line break or a NUL"),
        ("parameters: {a: \"x\\0\"}", "the value of `a` contains a line break or a NUL"),
        (
            "services: {'-c/unix/a': x}",
            "`-c/unix/a` is not a valid name; expected a form like `relay/unix/soft_bounce`"
        ),
        ("services: {relay: x}", "`relay` is not a valid name; expected a form like `relay/unix/soft_bounce`"),
    ])
    func `accept only names that Postfix accepts`(_ yaml: String, _ mistake: String) throws {
        #expect(try Postconf.mistakes(in: yaml) == [mistake])
    }
}
