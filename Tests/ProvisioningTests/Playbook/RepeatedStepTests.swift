import Foundation
import TestSupport
import Testing

@testable import ConfigurationFiles
@testable import Engine
@testable import Resources

@Suite struct `A step for each value of a list` {
    private static let variables: [String: Variable] = [
        "zones": .list(["a.example", "2.0.192.in-addr.arpa"]), "none": .list([]), "on": .flag(true),
        "off": .flag(false),
    ]

    private func read(_ steps: String, variables: [String: Variable] = variables) throws(Mistakes) -> Playbook {
        try Playbook.read(
            SourceFile(name: "p.yml", text: "name: test\nsteps:\n" + steps), variables: variables, kinds: .general)
    }

    private func mistakes(in steps: String) -> [String] {
        do {
            _ = try read(steps)
            return []
        } catch { return error.all.map(\.description) }
    }

    private static let step = "- id: zone\n  file: {path: '/etc/{{ item }}', content: a}\n  then: reload nsd\n  each: "

    @Test func `is read once for each, in order`() throws {
        let playbook = try read(Self.step + "'{{ zones }}'\n- id: last\n  hostname: {name: a.example}")
        #expect(playbook.steps.map(\.id) == ["zone.a.example", "zone.2.0.192.in-addr.arpa", "last"])
        #expect(
            playbook.steps.compactMap { ($0.resource as? ManagedFile)?.path } == [
                "/etc/a.example", "/etc/2.0.192.in-addr.arpa",
            ])
        #expect(playbook.steps[1].then == [Handler(.reload, "nsd")])
    }

    @Test func `can be a verification`() throws {
        let playbook = try read("- id: a\n  each: [x, y]\n  check: {command: [test, '{{ item }}']}")
        let checks = playbook.steps.verifications
        #expect(checks.map(\.step) == ["a.x", "a.y"])
        #expect(checks.compactMap { ($0.verification as? CommandCheck)?.command } == [["test", "x"], ["test", "y"]])
    }

    @Test func `is absent without values, and where its condition does not hold`() throws {
        let last = "\n- id: last\n  hostname: {name: a.example}"
        #expect(try read(Self.step + "'{{ none }}'" + last).steps.map(\.id) == ["last"])
        #expect(try read(Self.step + "'{{ missing }}'\n  when: off" + last).steps.map(\.id) == ["last"])
        #expect(try read(Self.step + "a\n  when: on" + last).steps.map(\.id) == ["zone.a", "last"])
    }

    @Test func `is read anew for a site with another list`() throws {
        let text = "name: a\nsteps:\n" + Self.step + "'{{ zones }}'\n- {id: last, hostname: {name: a.example}}\n"
        let scratch = ScratchFolder()
        try text.write(toFile: scratch.path + "/p.yml", atomically: true, encoding: .utf8)
        let lists: [[String]] = [["a"], ["b"], ["a"]]
        let playbooks = try Playbook.load(
            from: scratch.path + "/p.yml", variables: lists.map { ["zones": .list($0)] }, kinds: .general
        ) { _, _ in nil }
        #expect(playbooks.map { $0.steps[0].id } == ["zone.a", "zone.b", "zone.a"])
    }

    @Test(arguments: [
        (step + "[a, b c]", ["p.yml:6: `each`: invalid value `b c`; expected ASCII characters without blanks"]),
        (step + "[a, a]", ["p.yml:3: duplicate id `zone.a`; the step on line 3 has the same id"]),
        (step + "{a: b}", ["p.yml:6: `each`: found a mapping; expected a string"]),
        (
            "- id: a\n  each: [x, y]\n  hostname: {nmae: a.example}",
            ["p.yml:5: unknown key `nmae`; did you mean `name`?"]
        ),
        ("- id: a\n  each: [x, y]\n  hostnme: {}", ["p.yml:5: unknown resource `hostnme`; did you mean `hostname`?"]),
        (
            "- id: a\n  each: x\n  hostname: {name: a.example}\n  thn: b",
            ["p.yml:6: unknown key `thn`; did you mean `then`?"]
        ),
    ])
    func `reports each mistake once`(steps: String, expected: [String]) {
        let found = mistakes(in: steps)
        #expect(found == expected)
    }
}
