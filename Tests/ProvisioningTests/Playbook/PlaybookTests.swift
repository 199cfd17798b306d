import RemoteShell
import TestSupport
import Testing

@testable import Alerts
@testable import BackupMX
@testable import ConfigurationFiles
@testable import Engine
@testable import Resources
@testable import Sites

@Suite struct `A playbook` {
    /// A resource with a name that exists in every guest.
    private struct Label: Resource {
        static let kind = "label"
        let name: String

        init(_ parameters: inout Parameters) {
            name = parameters.string("name")
            parameters.finish()
        }

        let probe: Script = "true"
        func observation(from answer: CommandResult) -> Bool { true }
        func changes(from observed: Bool) -> [Change] { [] }
        func repair(for observed: Bool) -> Script { "true" }
    }

    private struct Packages: Resource {
        static let kind = "packages"
        let names: [String]

        init(_ parameters: inout Parameters) { names = parameters.strings("names") }

        let probe: Script = "true"
        func observation(from answer: CommandResult) -> Bool { true }
        func changes(from observed: Bool) -> [Change] { [] }
        func repair(for observed: Bool) -> Script { "true" }
    }

    private func read(_ steps: String, variables: [String: Variable] = [:]) throws(Mistakes) -> Playbook {
        try Playbook.read(
            SourceFile(name: "p.yml", text: "name: test\nsteps:\n" + steps),
            variables: variables,
            kinds: StepKinds(resources: [Label.self, Packages.self], verifications: [BackupMXVerification.self])
        )
    }

    private func mistakes(in steps: String, variables: [String: Variable] = [:]) -> [String] {
        do {
            _ = try read(steps, variables: variables)
            return []
        } catch { return error.all.map(\.description) }
    }

    @Test func `is read in order`() throws {
        let playbook = try read(
            """
            - id: one
              label: {name: "{{ site }}"}
              then: [reload postfix@-, restart cron]
            - id: two
              packages: {names: "{{ packages }}"}
              then: restart nginx.service
            - id: three
              verify: {recipients: [a@example.net], domains: [example.net], hostname: mx.example.net}
            """,
            variables: ["site": .text("secondary"), "packages": .list(["postfix", "cron"])]
        )
        #expect(playbook.name == "test")
        #expect(playbook.steps.map(\.id) == ["one", "two", "three"])
        #expect(playbook.steps.map(\.line) == [3, 6, 9])
        #expect((playbook.steps[0].resource as? Label)?.name == "secondary")
        #expect(playbook.steps[0].then == [Handler(.reload, "postfix@-"), Handler(.restart, "cron")])
        #expect((playbook.steps[1].resource as? Packages)?.names == ["postfix", "cron"])
        #expect(playbook.steps[1].then == [Handler(.restart, "nginx.service")])
        #expect(playbook.steps[2].resource == nil)
        guard case .verification(let verification) = playbook.steps[2].action else { throw NoVerification() }
        let expected = BackupMXVerification(
            recipients: ["a@example.net"],
            domains: ["example.net"],
            hostname: "mx.example.net",
            starttls: true
        )
        #expect(verification as? BackupMXVerification == expected)
    }

    private struct NoVerification: Error {}

    @Test(arguments: [
        ("- id: a\n  pakages: {names: [x]}", ["p.yml:4: unknown resource `pakages`; did you mean `packages`?"]),
        (
            "- id: a\n  nginx: {}",
            ["p.yml:4: unknown resource `nginx`; expected one of `label`, `packages`, `verify`"]
        ),
        ("- id: a", ["p.yml:3: the step has no resource; expected one of `label`, `packages`, `verify`"]),
        (
            "- id: a\n  label: {name: x}\n  packages: {names: [x]}",
            ["p.yml:5: `label`, `packages` are in one step; expected one resource per step"]
        ),
        ("- label: {name: x}", ["p.yml:3: `id` is missing"]),
        (
            "- id: a b\n  label: {name: x}",
            ["p.yml:3: `id`: invalid value `a b`; expected letters, digits, `.`, `_`, `-`"]
        ),
        (
            "- id: a\n  label: {name: x}\n- id: b\n  label: {name: x}\n- id: a\n  label: {name: x}",
            ["p.yml:7: duplicate id `a`; the step on line 3 has the same id"]
        ),
        (
            "- id: a\n  label: {nmae: x}",
            ["p.yml:4: unknown key `nmae`; did you mean `name`?"]
        ),
        // `Packages` does not say that it has asked for all; that is seen to.
        ("- id: a\n  packages: {names: [x], extra: y}", ["p.yml:4: unknown key `extra`; expected one of `names`"]),
        ("- id: a\n  label:\n    name: x\n  thn: reload x", ["p.yml:6: unknown key `thn`; did you mean `then`?"]),
        (
            "- id: a\n  label: {name: x}\n  then:\n  - reload x\n  - reboot y",
            ["p.yml:7: `then`: invalid value `reboot y`; expected `reload SERVICE` or `restart SERVICE`"]
        ),
        (
            "- id: a\n  label: {name: x}\n  then: reload x; reboot",
            ["p.yml:5: `then`: invalid value `reload x; reboot`; expected `reload SERVICE` or `restart SERVICE`"]
        ),
        ("- label", ["p.yml:3: found a string; expected a mapping"]),
        ("- id: a\n  label:", ["p.yml:4: `label` has no value"]),
        ("  label: {name: x}", ["p.yml:2: `steps`: found a mapping; expected a list"]),
        ("  []", ["p.yml:2: `steps` is empty"]),
        (
            "- id: a\n  verify: {recipients: [], domains: [x]}",
            ["p.yml:4: `hostname` is missing", "p.yml:4: `recipients` is empty; expected at least one recipient"]
        ),
    ])
    func `reports all mistakes`(steps: String, expected: [String]) {
        let found = mistakes(in: steps)
        #expect(found == expected)
    }

    @Test(arguments: [
        ("acme", ["a"]), ("not acme", []), ("closed", []), ("not closed", ["a"]),
        ("[acme, not closed]", ["a"]), ("[acme, closed]", []), ("not   closed", ["a"]),
    ])
    func `skips a step whose conditions do not hold, with all its contents`(when: String, ids: [String]) throws {
        let name = ids.isEmpty ? "{{ missing }}" : "x"
        let playbook = try read(
            "- id: a\n  when: \(when)\n  label: {name: \"\(name)\"}\n- id: b\n  label: {name: y}",
            variables: ["acme": .flag(true), "closed": .flag(false)]
        )
        #expect(playbook.steps.map(\.id) == ids + ["b"])
    }

    @Test func `reports a condition that is not a flag and a flag in a text`() {
        let steps = "- id: a\n  when: [acmee, not site]\n  label: {name: \"{{ acme }}\"}"
        #expect(
            mistakes(in: steps, variables: ["acme": .flag(true), "site": .text("x")]) == [
                "p.yml:4: `when`: unknown flag `acmee`; did you mean `acme`?",
                "p.yml:4: `when`: unknown flag `site`; expected one of `acme`",
                "p.yml:5: `name`: `{{ acme }}` is a boolean; use it only in `when`",
            ])
    }

    @Test func `never turns a value into a command`() throws {
        let playbook = try read("- id: a\n  label: {name: $(reboot)}")
        #expect((playbook.steps.first?.resource as? Label)?.name == "$(reboot)")
    }
}
