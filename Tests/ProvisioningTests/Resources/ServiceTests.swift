import RemoteShell
import TestSupport
import Testing

@testable import Provisioning

@Suite struct `A service` {
    private let postfix: Service

    init() throws { postfix = try .read("{name: postfix, instance: postfix@-, restart: on-failure}") }

    /// What systemctl(1) prints of a unit; it passes over the properties that a unit has not.
    private func unit(_ load: String, _ boot: String, _ state: String, restart: String? = "no") -> String {
        "\(restart.map { "Restart=\($0)\n" } ?? "")LoadState=\(load)\nActiveState=\(state)\nUnitFileState=\(boot)\n"
    }

    private var right: String {
        [
            unit("loaded", "enabled", "active"),
            unit("loaded", "enabled-runtime", "active", restart: "on-failure"),
        ].joined(separator: "\n")
    }

    @Test func `is right where it starts at boot, runs, and is started again`() throws {
        #expect(try postfix.changes(after: .said(right)) == [])
    }

    @Test func `that does not exist is told so`() throws {
        let nothing = unit("not-found", "", "inactive")
        #expect(
            try postfix.changes(after: .said("\(nothing)\n\(nothing)")) == [
                Change("postfix at boot", from: "not-found", to: "enabled"),
                Change("postfix@-", from: "inactive", to: "active"),
                Change("Restart of postfix@-", from: "no", to: "on-failure"),
            ])
    }

    @Test(
        arguments: [
            ("=enabled\n", "=disabled\n", [("postfix at boot", "disabled", "enabled")]),
            ("=enabled\n", "=masked\n", [("postfix at boot", "masked", "enabled")]),
            ("=enabled\n", "=enabled-runtime\n", [("postfix at boot", "enabled-runtime", "enabled")]),
            ("active\nUnitFileState=enabled-", "failed\nUnitFileState=enabled-", [("postfix@-", "failed", "active")]),
            ("=on-failure", "=always", [("Restart of postfix@-", "always", "on-failure")]),
        ] as [(String, String, [(String, String?, String?)])])
    func `that differs is told`(_ part: String, _ other: String, _ changes: [(String, String?, String?)]) throws {
        let answer = Completion.said(right.replacing(part, with: other))
        #expect(try postfix.changes(after: answer) == changes.map { Change($0, from: $1, to: $2) })
    }

    @Test(
        arguments: [
            ("active", "same", "other", [Change("/b", from: "an older one", to: "as /a")], ["restart 'postfix@-'"]),
            (
                "inactive", "other", "other", [Change("postfix@-", from: "inactive", to: "active")],
                ["restart 'postfix@-'"]
            ),
            (
                "activating", "same", "same", [Change("postfix@-", from: "activating", to: "active")],
                ["start 'postfix@-'"]
            ),
            ("active", "same", "same", [], []),
        ] as [(String, String, String, [Change], [String])])
    func `is restarted where what it copied is old, and begun only where it was down`(
        _ state: String, _ first: String, _ second: String, _ changes: [Change], _ commands: [String]
    ) throws {
        let service = try Service.read(
            "{name: postfix, instance: postfix@-, copies: {/x: /y, /a: /b}}")
        let units = right.replacing(
            "ActiveState=active\nUnitFileState=enabled-", with: "ActiveState=\(state)\nUnitFileState=enabled-")
        let answer = Completion.said("\(units)\(first)\n\(second)\n")
        #expect(try service.changes(after: answer) == changes)
        let observed = try service.observation(from: answer)
        #expect(observed.isCopied == [first == "same", second == "same"])
        for command in commands { #expect(try service.remedy(after: answer).contains("systemctl \(command)")) }
        let begun = service.services(begunAfter: observed)
        #expect(begun == (commands.contains("restart 'postfix@-'") ? ["postfix", "postfix@-"] : []))
    }

    @Test func `is not read from a part of what it says of its copies`() throws {
        let service = try Service.read("{name: postfix, instance: postfix@-, copies: {/a: /b}}")
        let whole = right + "other\n"
        for length in 0..<whole.count {
            let answer = Completion.said(String(whole.prefix(length)))
            #expect(throws: UnreadableAnswer.self) { try service.observation(from: answer) }
        }
    }

    @Test func `may be a timer, which nothing restarts`() throws {
        let timer = try Service.read("name: fstrim.timer")
        let block = unit("loaded", "enabled", "active", restart: nil)
        #expect(try timer.changes(after: .said("\(block)\n\(block)")) == [])
        #expect(try timer.remedy(after: .said("\(block)\n\(block)")).contains("systemctl start 'fstrim.timer'"))
    }

    @Test(arguments: [
        ("", 0), ("\n\n", 0), ("enabled\nactive\nno\n", 0), ("LoadState=loaded\n", 0), ("", 1), ("\u{0}=\n\n=\n", 0),
        ("LoadState=loaded\nUnitFileState=enabled\n\nLoadState=loaded\nUnitFileState=enabled\n", 0),
    ])
    func `is not read from an answer that is none`(_ text: String, _ exit: Int) {
        let answer = Completion.said(text, exit: exit)
        #expect(throws: UnreadableAnswer(expected: "the states of two units", answer: answer)) {
            try postfix.observation(from: answer)
        }
    }

    @Test func `is not read from the beginning of an answer`() {
        for length in 0..<right.count {
            let answer = Completion.said(String(right.prefix(length)))
            #expect(throws: UnreadableAnswer.self) { try postfix.observation(from: answer) }
        }
    }

    @Test(arguments: [
        ("name: -Hother.example", "`-Hother.example` is no name of a systemd unit"),
        ("name: 'a; reboot'", "`a; reboot` is no name of a systemd unit"),
        ("name: ../../x", "`../../x` is no name of a systemd unit"),
        ("{name: a, copies: {etc/a: /b}}", "`etc/a` in `copies` is no absolute path"),
        ("{name: a, restart: sometimes}", "`restart` is `sometimes`; `on-failure`, `always` or `no` is wanted"),
    ])
    func `has parameters that make sense`(_ yaml: String, _ mistake: String) throws {
        #expect(try Service.mistakes(in: yaml).contains(mistake))
    }
}
