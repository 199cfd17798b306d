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

    private let right = """
        inet_interfaces = all
        mydestination =
        relay_domains = a.example b.example
        unrelated = {a=b, c==d}
        ==
        relay/unix/soft_bounce = yes
        ==

        """

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
        "", "==\n", "==\n==", "a = b\n==\n", "a = b\n==\nc/unix/d = e\n", "nonsense\n==\n==\n", "==\nnonsense\n==\n",
        "a = b\n==\n==\nmore\n", "\u{0}\u{fffd}",
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
