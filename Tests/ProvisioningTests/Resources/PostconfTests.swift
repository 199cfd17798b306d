import RemoteShell
import Testing

@testable import Provisioning

@Suite struct `Postfix's settings` {
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
        pickup unix
        cleanup unix
        qmgr\tunix
        rewrite   unix
        bounce    unix
        defer unix
        trace unix
        flush unix
        proxymap unix
        smtp inet
        smtp unix
        relay unix
        showq unix
        error unix
        retry unix
        directory,755 root:root,/etc/postfix
        regular file,644 root:root,/etc/postfix/main.cf
        regular file,644 root:root,/etc/postfix/master.cf
        directory,755 root:root,/var/spool/postfix
        directory,1730 postfix:postdrop,/var/spool/postfix/maildrop
        directory,2710 postfix:postdrop,/var/spool/postfix/public

        """
        + ["active", "bounce", "corrupt", "defer", "deferred", "flush", "hold", "incoming", "private", "saved", "trace"]
        .map { "directory,700 postfix:root,/var/spool/postfix/\($0)\n" }.joined()

    private let right = files + """
        ==
        inet_interfaces = all
        mydestination =
        relay_domains = a.example b.example
        unrelated = {a=b, c==d}
        ==
        relay/unix/soft_bounce = yes
        ==
        whole

        """

    @Test(arguments: [
        ("postconf: warning: x\npostconf: fatal: main.cf, line 84: missing '='\n", "main.cf, line 84: missing '='"),
        ("postmap: fatal: file /etc/postfix/main.cf: parameter myhostname: bad parameter value: a..b\n",
         "file /etc/postfix/main.cf: parameter myhostname: bad parameter value: a..b"),
        ("", "Postfix cannot read it"),
    ])
    func `that Postfix cannot read are damaged, and are written anew`(_ errors: String, _ reason: String) throws {
        for settings in ["", "relay_domains = a.example, b.example\n", "a = b\n==\nc/unix/d = e\n==\n"] {
            let answer = Completion.said(Self.files + "==\n\(settings)damaged\n", errors: errors)
            let changes = try postconf.changes(after: answer)
            #expect(changes.first == Change("main.cf and master.cf", from: "damaged: \(reason)", to: "valid"))
            #expect(changes.count == 5, "and all settings")
            let remedy = try postconf.remedy(after: answer)
            #expect(remedy.contains("-e 'relay_domains=a.example, b.example' 'mydestination=' 'inet_interfaces=all'"))
        }
    }

    @Test(arguments: [
        ("regular file,644 root:root,/etc/postfix/main.cf\n", "", "main.cf is missing"),
        ("regular file,644 root:root,/etc/postfix/master.cf", "directory,755 root:root,/etc/postfix/master.cf",
         "master.cf is no regular file"),
        ("cleanup unix\n", "", "master.cf lacks cleanup"),
        ("smtp inet\n", "", "master.cf lacks smtp inet"),
    ])
    func `without a file or an entry that Postfix needs are damaged`(
        _ part: String, _ other: String, _ reason: String
    ) throws {
        let answer = Completion.said(right.replacing(part, with: other))
        #expect(
            try postconf.changes(after: answer).first
                == Change("main.cf and master.cf", from: "damaged: \(reason)", to: "valid"))
    }

    @Test func `have files that others can read, and a queue that is Postfix's`() throws {
        for (part, other) in [
            ("644 root:root,/etc/postfix/main.cf", "0 root:root,/etc/postfix/main.cf"),
            ("755 root:root,/etc/postfix", "700 mail:root,/etc/postfix"),
            ("700 postfix:root,/var/spool/postfix/deferred", "700 root:root,/var/spool/postfix/deferred"),
        ] {
            let answer = Completion.said(right.replacing(part + "\n", with: other + "\n"))
            let changes = try postconf.changes(after: answer)
            #expect(!changes.isEmpty && changes.allSatisfy { $0.subject.contains(" of /") })
        }
    }

    @Test func `are not repaired over something that has the name of the queue`() async throws {
        for path in ["/var/spool/postfix", "/var/spool/postfix/deferred"] {
            let type = path.hasSuffix("postfix") ? "755 root:root" : "700 postfix:root"
            let answer = Completion.said(
                right.replacing("directory,\(type),\(path)\n", with: "regular file,644 root:root,\(path)\n"))
            #expect(try postconf.changes(after: answer) == [Change(path, from: "no directory", to: "a directory")])
            let observed = try postconf.observation(from: answer)
            let refused = try await ProcessShell.local.run("set -eu\n\(postconf.remedy(for: observed))")
            #expect(refused.exit == 1 && refused.errorText.contains("\(path) is no directory"))
        }
    }

    @Test func `are right where they mean the same`() throws {
        #expect(try postconf.changes(after: .said(right)) == [])
        let commas = right.replacing("a.example b.example", with: "a.example,b.example")
        #expect(try postconf.changes(after: .said(commas)) == [])
    }

    @Test func `are all missing where there is no Postfix yet`() throws {
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
    func `that differ are told, and no others are set`(
        _ part: String, _ other: String, _ name: String, _ before: String?, _ after: String
    ) throws {
        let answer = Completion.said(right.replacing(part, with: other))
        #expect(try postconf.changes(after: answer) == [Change(name, from: before, to: after)])
        let edits = try postconf.remedy(after: answer).split(separator: "\n").filter { $0.hasPrefix("postconf") }
        #expect(edits == ["postconf -\(name.contains("/") ? "P" : "e") '\(name)=\(after)'"])
    }

    @Test func `that stand twice are told once each, and come to stand once`() throws {
        let warning = "postconf: warning: /etc/postfix/main.cf, line 51: overriding earlier entry: relay_domains=x\n"
        let answer = Completion.said(right, errors: warning + warning + "postconf: warning: unused parameter: x=y\n")
        #expect(
            try postconf.changes(after: answer) == [
                Change("relay_domains", from: "more than one entry in main.cf", to: "one entry")
            ])
        let remedy = try postconf.remedy(after: answer)
        #expect(remedy.contains("-X 'relay_domains'"))
        #expect(remedy.contains("-e 'relay_domains=a.example b.example'"))
    }

    @Test(arguments: [
        "", "==\n", "==\n==", "==\na = b\n==\n", "==\na = b\n==\nc/unix/d = e\n", "==\nnonsense\n==\n==\nwhole\n",
        "==\n==\nnonsense\n==\nwhole\n", "==\na = b\n==\n==\nmore\n", "\u{0}\u{fffd}", "nonsense\n==\n==\n==\nwhole\n",
    ])
    func `are not read from an answer that is none`(_ text: String) {
        for exit in [0, 1, 3] {
            let answer = Completion.said(text, exit: exit)
            #expect(throws: UnreadableAnswer(expected: "Postfix's settings", answer: answer)) {
                try postconf.observation(from: answer)
            }
        }
    }

    @Test func `that a running Postfix cannot take over owe a restart, all others a reload`() {
        #expect(
            postconf.triggers(after: [Change("relay_domains", from: nil, to: "x")]) == [Trigger(.reload, "postfix")])
        let both = [Change("relay_domains", from: nil, to: "x"), Change("inet_interfaces", from: nil, to: "all")]
        #expect(postconf.triggers(after: both) == [Trigger(.restart, "postfix")])
    }

    @Test(arguments: [
        ("parameters: {}", "`postconf` is empty; `parameters` or `services` is wanted"),
        ("parameters: {'-e': x}", "`-e` is no name of a Postfix parameter"),
        ("parameters: {'a b': x}", "`a b` is no name of a Postfix parameter"),
        ("parameters: {a: \"x\\ny = z\"}", "`a` has a line break or a NUL in its value"),
        ("parameters: {a: \"x\\0\"}", "`a` has a line break or a NUL in its value"),
        ("services: {'-c/unix/a': x}", "`-c/unix/a` is not like `relay/unix/soft_bounce`"),
        ("services: {relay: x}", "`relay` is not like `relay/unix/soft_bounce`"),
    ])
    func `have names that Postfix takes`(_ yaml: String, _ mistake: String) throws {
        #expect(try Postconf.mistakes(in: yaml) == [mistake])
    }
}
