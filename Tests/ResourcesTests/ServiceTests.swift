import Foundation
import RemoteShell
import TestSupport
import Testing

@testable import ConfigurationFiles
@testable import Resources

@Suite struct `A service` {
    private let postfix: Service

    init() throws { postfix = try .read("{name: postfix, instance: postfix@-, restart: on-failure}") }

    /// The output of systemctl(1) for a unit. It omits properties that the unit does not have.
    private func unit(
        _ load: String, _ boot: String, _ state: String, type: String? = "forking", restart: String? = "no"
    ) -> String {
        [
            type.map { "Type=\($0)\n" }, restart.map { "Restart=\($0)\n" },
            "LoadState=\(load)\nActiveState=\(state)\nUnitFileState=\(boot)\n",
        ].compactMap(\.self).joined()
    }

    /// The output on Debian 12.
    private var right: String {
        [
            unit("loaded", "enabled", "active", type: "oneshot"),
            unit("loaded", "enabled-runtime", "active", restart: "on-failure"),
        ].joined(separator: "\n")
    }

    @Test(
        arguments: [
            ("active", "on-failure", "yes", []),
            ("failed", "on-failure", "yes", [("postfix", "failed", "active")]),
            ("active", "no", "no", [("Restart of postfix", "no", "on-failure")]),
            (
                "active", "on-failure", "no",
                [
                    (
                        "/etc/systemd/system/postfix.service.d/mxprovision.conf", "missing or other content",
                        "expected content"
                    )
                ]
            ),
        ] as [(String, String, String, [(String, String?, String?)])])
    func `without an instance is supported, as on Debian 13`(
        _ state: String, _ restart: String, _ isPolicySet: String, _ changes: [(String, String?, String?)]
    ) throws {
        let blocks = [unit("loaded", "enabled", state, restart: restart), unit("loaded", "disabled", "inactive")]
        let answer = blocks.joined(separator: "\n") + "UnitDropIn=\(isPolicySet)\nInstanceDropIn=no\n"
        #expect(try postfix.changes(after: .said(answer)) == changes.map { Change($0, from: $1, to: $2) })
    }

    /// The state after an upgrade in place from Debian 12.
    @Test func `is restarted if it is active without processes`() throws {
        let blocks = [
            unit("loaded", "enabled", "active", restart: "on-failure") + "SubState=exited\n",
            unit("loaded", "disabled", "inactive"),
        ]
        let answer = CommandResult.said(blocks.joined(separator: "\n"))
        #expect(try postfix.changes(after: answer) == [Change("postfix", from: "exited", to: "active")])
        #expect(try postfix.repair(after: answer).contains("systemctl restart \"$u\""))
    }

    @Test func `that is masked is reported with the unit names of its release`() throws {
        let blocks = [
            unit("masked", "masked", "inactive", type: nil),
            unit("loaded", "enabled-runtime", "active", restart: "on-failure"),
        ]
        #expect(
            try postfix.changes(after: .said(blocks.joined(separator: "\n"))) == [
                Change("postfix at boot", from: "masked", to: "enabled")
            ])
    }

    @Test func `is unchanged if it is enabled, active and has the restart policy`() throws {
        #expect(try postfix.changes(after: .said(right)) == [])
    }

    @Test func `that does not exist is reported`() throws {
        let nothing = unit("not-found", "", "inactive", type: nil)
        #expect(
            try postfix.changes(after: .said("\(nothing)\n\(nothing)")) == [
                Change("postfix at boot", from: "not-found", to: "enabled"),
                Change("postfix", from: "inactive", to: "active"),
                Change("Restart of postfix", from: "no", to: "on-failure"),
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
    func `reports the differences`(_ part: String, _ other: String, _ changes: [(String, String?, String?)]) throws {
        let answer = CommandResult.said(right.replacing(part, with: other))
        #expect(try postfix.changes(after: answer) == changes.map { Change($0, from: $1, to: $2) })
    }

    @Test(
        arguments: [
            ("active", "same", "other", [Change("/b", from: "outdated", to: "same as /a")], ["restart"]),
            (
                "inactive", "other", "other", [Change("postfix@-", from: "inactive", to: "active")],
                ["restart"]
            ),
            (
                "activating", "same", "same", [Change("postfix@-", from: "activating", to: "active")],
                ["start"]
            ),
            ("active", "same", "same", [], []),
        ] as [(String, String, String, [Change], [String])])
    func `is restarted if a copy is outdated, and starts new processes only if it was down`(
        _ state: String, _ first: String, _ second: String, _ changes: [Change], _ commands: [String]
    ) throws {
        let service = try Service.read(
            "{name: postfix, instance: postfix@-, copies: {/x: /y, /a: /b}}")
        let units = right.replacing(
            "ActiveState=active\nUnitFileState=enabled-", with: "ActiveState=\(state)\nUnitFileState=enabled-")
        let answer = CommandResult.said("\(units)\(first)\n\(second)\n")
        #expect(try service.changes(after: answer) == changes)
        let observed = try service.observation(from: answer)
        #expect(observed.isCopied == [first == "same", second == "same"])
        for command in commands { #expect(try service.repair(after: answer).contains("systemctl \(command) \"$u\"")) }
        let begun = service.services(begunAfter: observed)
        #expect(begun == (commands.contains("restart") ? ["postfix", "postfix@-"] : []))
    }

    @Test func `rejects incomplete probe output about its copies`() throws {
        let service = try Service.read("{name: postfix, instance: postfix@-, copies: {/a: /b}}")
        let whole = right + "other\n"
        for length in 0..<whole.count {
            let answer = CommandResult.said(String(whole.prefix(length)))
            #expect(throws: UnreadableAnswer.self) { try service.observation(from: answer) }
        }
    }

    @Test func `may be a timer, which has no restart policy`() throws {
        let timer = try Service.read("name: fstrim.timer")
        let block = unit("loaded", "enabled", "active", restart: nil)
        #expect(try timer.changes(after: .said("\(block)\n\(block)")) == [])
        #expect(try timer.repair(after: .said("\(block)\n\(block)")).contains("u='fstrim.timer'"))
    }

    @Test(arguments: [
        ("", 0), ("\n\n", 0), ("enabled\nactive\nno\n", 0), ("LoadState=loaded\n", 0), ("", 1), ("\u{0}=\n\n=\n", 0),
        ("LoadState=loaded\nUnitFileState=enabled\n\nLoadState=loaded\nUnitFileState=enabled\n", 0),
    ])
    func `rejects malformed probe output`(_ text: String, _ exit: Int) {
        let answer = CommandResult.said(text, exit: exit)
        #expect(throws: UnreadableAnswer(expected: "the states of two units", answer: answer)) {
            try postfix.observation(from: answer)
        }
    }

    @Test func `rejects truncated probe output`() {
        for length in 0..<right.count {
            let answer = CommandResult.said(String(right.prefix(length)))
            #expect(throws: UnreadableAnswer.self) { try postfix.observation(from: answer) }
        }
    }

    @Test(arguments: [
        ("name: -Hother.example", "`name`: invalid name of a systemd unit `-Hother.example`"),
        ("name: 'a; reboot'", "`name`: invalid name of a systemd unit `a; reboot`"),
        ("name: ../../x", "`name`: invalid name of a systemd unit `../../x`"),
        ("{name: a, copies: {etc/a: /b}}", "`copies`: invalid path `etc/a`; expected an absolute path"),
        (
            "{name: a, restart: sometimes}",
            "`restart`: invalid value `sometimes`; expected `on-failure`, `always` or `no`"
        ),
    ])
    func `reports invalid parameters`(_ yaml: String, _ mistake: String) throws {
        #expect(try Service.mistakes(in: yaml).contains(mistake))
    }

    /// After a boot: a starting unit reaches its final state while the probe waits.
    @Test(arguments: ["activating", "reloading", "deactivating"])
    func `in transition is waited for`(_ state: String) async throws {
        let answer = try await probe(["\(state)", "\(state)", "active"])
        #expect(try postfix.changes(after: answer) == [])
    }

    @Test(arguments: ["failed", "inactive"])
    func `that reaches another final state is reported`(_ state: String) async throws {
        let answer = try await probe(["activating", state])
        #expect(try postfix.changes(after: answer) == [Change("postfix@-", from: state, to: "active")])
    }

    @Test func `that stays in transition is reported after the timeout`() async throws {
        let answer = try await probe(["activating"])
        #expect(try postfix.changes(after: answer) == [Change("postfix@-", from: "activating", to: "active")])
    }

    /// Runs the probe with a systemctl that shows one of these states at each call, then repeats the last one. Its sleep
    /// takes no time.
    private func probe(_ states: [String]) async throws -> CommandResult {
        let scratch = ScratchFolder()
        for (index, state) in states.enumerated() {
            let text = right.replacing("=active\nUnitFileState=enabled-", with: "=\(state)\nUnitFileState=enabled-")
            try text.write(toFile: "\(scratch.path)/\(index)", atomically: true, encoding: .utf8)
        }
        let script: Script = """
            cd \(scratch.path)
            echo 0 >n
            systemctl() {
                read -r i <n
                cat $i
                [ ! -e $((i + 1)) ] || echo $((i + 1)) >n
            }
            sleep() { :; }
            \(postfix.probe.withoutDropIn)
            """
        return try await ProcessShell.local.run(script)
    }
}

extension Script {
    /// The drop-in of this machine's own unit is not read.
    fileprivate var withoutDropIn: Script { "{\n\(self)\n} | sed s/DropIn=no/DropIn=yes/" }
}
