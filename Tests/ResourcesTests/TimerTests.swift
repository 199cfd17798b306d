import RemoteShell
import TestSupport
import Testing

@testable import ConfigurationFiles
@testable import Resources

@Suite struct `A timer` {
    private let timer: Timer
    private static let right = "same 644 root:root\nsame 644 root:root\nActiveState=active UnitFileState=enabled\n"

    init() throws { timer = try .read("{name: watch, run: [/bin/watch, '5 %', $HOME], minutes: 5}") }

    @Test func `is unchanged if both units match and the timer is enabled and active`() throws {
        #expect(try timer.changes(after: .said(Self.right)) == [])
        let stopped = Self.right.replacing("active UnitFileState=enabled", with: "inactive UnitFileState=enabled")
        #expect(try timer.changes(after: .said(stopped)) == [Change("watch.timer", from: "off", to: "every 5 min")])
    }

    @Test func `passes each word unchanged`() throws {
        let repair = timer.repair(
            for: try timer.observation(from: .said("absent\nabsent\nActiveState=inactive UnitFileState=\n")))
        #expect(repair.description.contains(#"ExecStart=/bin/watch "5 %%" "$$HOME""#))
    }

    @Test(arguments: ["", "same 644 root:root\n", right + "x\n", "\n\n\n", right.replacing("same", with: "some")])
    func `rejects malformed probe output`(_ text: String) {
        #expect(throws: UnreadableAnswer(expected: "two units and the state of the timer", answer: .said(text))) {
            try timer.observation(from: .said(text))
        }
    }

    @Test(arguments: [
        ("name: a.b, run: /bin/a, minutes: 1", "`name`: invalid value `a.b`; expected letters, digits, `_`, `-`"),
        (
            "name: a, run: a, minutes: 1",
            "`run` does not begin with an absolute path; expected a program and its arguments"
        ),
        ("name: a, run: [/bin/a, \"b\\nc\"], minutes: 1", "`run` contains a line break or a NUL"),
        ("name: a, run: /bin/a, minutes: 0", "`minutes`: invalid value `0`; expected an integer from 1 to 1440"),
    ])
    func `reports invalid parameters`(_ yaml: String, mistake: String) throws {
        #expect(try Timer.mistakes(in: "{\(yaml)}") == [mistake])
    }
}
