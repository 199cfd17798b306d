import TestSupport
import Testing

@testable import ConfigurationFiles

@Suite struct `The parameters of a step` {
    enum Colour: String, CaseIterable { case red, green, blue }

    /// Returns the mistakes in a YAML text, as `line: text`.
    private func noted(
        in yaml: String,
        variables: [String: Variable] = [:],
        _ read: (inout Parameters) -> Void
    ) throws -> [String] {
        var parameters = try Parameters(yaml: yaml, variables: variables)
        read(&parameters)
        parameters.finish()
        return parameters.mistakes.map { "\($0.line ?? 0): \($0.text)" }
    }

    @Test func `return the values in the file`() throws {
        let yaml = """
            name: mx
            port: 25
            list: [a, b]
            single: c
            switch: off
            colour: green
            map: {b: 1, a: 2}
            section: {inner: yes}
            sections:
              - inner: x
              - inner: y
            """
        var parameters = try Parameters(yaml: yaml)
        #expect(parameters.string("name") == "mx")
        #expect(parameters.integer("port", in: 1...65535) == 25)
        #expect(parameters.strings("list") == ["a", "b"])
        #expect(parameters.strings("single") == ["c"])
        #expect(parameters.boolean("switch", default: true) == false)
        #expect(parameters.choice("colour", of: Colour.self) == .green)
        #expect(parameters.map("map").map { "\($0.key)=\($0.value)@\($0.line)" } == ["b=1@7", "a=2@7"])
        #expect(parameters.section("section") { $0.string("inner") } == "yes")
        #expect(parameters.sections("sections") { $0.string("inner") } == ["x", "y"])
        parameters.finish()
        #expect(parameters.mistakes == [])
        #expect(parameters.vocabulary.isSuperset(of: ["section.inner", "sections.inner", "map"]))
        #expect(!parameters.vocabulary.contains("map.a"))
    }

    @Test func `return nil if an optional key is missing`() throws {
        var parameters = try Parameters(yaml: "other: 1")
        #expect(parameters.optionalString("name") == nil)
        #expect(parameters.optionalStrings("list") == nil)
        #expect(parameters.optionalInteger("port", in: 1...9) == nil)
        #expect(parameters.integer("retries", in: 1...9, default: 3) == 3)
        #expect(parameters.optionalBoolean("switch") == nil)
        #expect(parameters.optionalChoice("colour", of: Colour.self) == nil)
        #expect(parameters.choice("shade", default: Colour.blue) == .blue)
        #expect(parameters.optionalMap("map") == nil)
        #expect(parameters.optionalSection("section") { $0.string("inner") } == nil)
        #expect(parameters.optionalSections("sections") { $0.string("inner") } == nil)
        #expect(parameters.mistakes == [])
    }

    /// YAML 1.1 reads the first five as numbers, the sixth as a boolean and the last as a date.
    @Test(arguments: ["25", "0755", "1e3", "12:30", "0x1F", "no", "2024-01-01"])
    func `read an unquoted scalar as its literal text`(scalar: String) throws {
        var parameters = try Parameters(yaml: "value: \(scalar)")
        #expect(parameters.string("value") == scalar)
        #expect(parameters.mistakes == [])
    }

    @Test(arguments: [
        "010", "0x1F", "12:30", "1_000", "1e3", "+5", "5.0", "five", "", "99999999999999999999", "-1", "70000",
    ])
    func `reject ambiguous and out-of-range numbers`(number: String) throws {
        let mistakes = try noted(in: "port: '\(number)'") { _ = $0.integer("port", in: 1...65535) }
        #expect(mistakes == ["1: `port`: invalid value `\(number)`; expected an integer from 1 to 65535"])
    }

    @Test(arguments: [
        ("true", true), ("yes", true), ("on", true), ("True", true), ("'yes'", true),
        ("false", false), ("no", false), ("off", false), ("NO", false),
    ])
    func `accept all boolean words of YAML`(word: String, truth: Bool) throws {
        var parameters = try Parameters(yaml: "switch: \(word)")
        #expect(parameters.boolean("switch", default: !truth) == truth)
        #expect(parameters.mistakes == [])
    }

    typealias Case = (yaml: String, mistakes: [String])

    /// The reader expects one of each: `name` (string), `port` (number), `list`, `switch`, `colour`, `map`, `section.inner`.
    @Test(
        arguments: [
            // A required value is missing.
            ("name:", ["1: `name` has no value"]),
            ("name: ~", ["1: `name` has no value"]),
            ("name: null", ["1: `name` has no value"]),
            ("list: [a, ~]", ["1: an item of `list` has no value"]),
            ("list:\n- a\n- [b]", ["3: `list`: found a list; expected a string"]),
            // A value of the wrong type.
            ("name: [a]", ["1: `name`: found a list; expected a string"]),
            ("name: {a: b}", ["1: `name`: found a mapping; expected a string"]),
            ("list:\n  a: b", ["2: `list`: found a mapping; expected a string"]),
            ("map: [a]", ["1: `map`: found a list; expected a mapping"]),
            ("section: text", ["1: found a string; expected a mapping"]),
            ("section:\n  [a]: b", ["2: a key is a list; expected a string", "1: `inner` is missing"]),
            ("section: {}", ["1: `inner` is missing"]),
            ("map:\n  a: 1\n  b: [2]", ["3: `b`: found a list; expected a string"]),
            // A word that is not allowed.
            ("switch: maybe", ["1: `switch`: invalid value `maybe`; expected `true` or `false`"]),
            ("colour: geen", ["1: `colour`: invalid value `geen`; expected one of `red`, `green`, `blue`"]),
            // Unknown keys.
            ("nmae: x", ["1: unknown key `nmae`; did you mean `name`?"]),
            ("section:\n  iner: x\n  inner: y", ["2: unknown key `iner`; did you mean `inner`?"]),
            (
                "something: x",
                [
                    "1: unknown key `something`; "
                        + "expected one of `name`, `port`, `list`, `switch`, `colour`, `map`, `section`"
                ]
            ),
            // References.
            ("name: '{{ host }}'", ["1: `name`: unknown variable `host`; did you mean `hosts`?"]),
            ("name: 'a{{ domian }}'", ["1: `name`: unknown variable `domian`; did you mean `domain`?"]),
            ("name: '{{ hosts }}'", ["1: `name`: found a list; expected a string"]),
            ("name: 'a {{ hosts }}'", ["1: `name`: `{{ hosts }}` is a list; it cannot be part of a string"]),
            ("name: 'a {{ domain'", ["1: `name`: `{{` is not closed; add `}}`"]),
            (
                "name: {{ domain }}",
                ["1: `name` begins with `{{`, which YAML reads as a mapping; put the whole value in quotes"]
            ),
            // Several at once.
            (
                "name: []\nport: x\ncolor: red",
                [
                    "1: `name`: found a list; expected a string",
                    "2: `port`: invalid value `x`; expected an integer from 1 to 9",
                    "3: unknown key `color`; did you mean `colour`?",
                ]
            ),
        ] as [Case])
    func `report each mistake with its line`(test: Case) throws {
        let variables: [String: Variable] = ["domain": .text("example.net"), "hosts": .list(["a"])]
        let mistakes = try noted(in: test.yaml, variables: variables) {
            _ = $0.optionalString("name")
            _ = $0.optionalInteger("port", in: 1...9)
            _ = $0.optionalStrings("list")
            _ = $0.optionalBoolean("switch")
            _ = $0.optionalChoice("colour", of: Colour.self)
            _ = $0.optionalMap("map")
            _ = $0.optionalSection("section") { $0.string("inner") }
        }
        #expect(mistakes == test.mistakes)
    }

    @Test func `that are required and missing are reported on the mapping's line`() throws {
        let mistakes = try noted(in: "\n\nother: {}") {
            _ = $0.optionalSection("other") { _ in }
            _ = $0.string("name")
            _ = $0.strings("list")
            _ = $0.integer("port", in: 1...9)
            _ = $0.choice("colour", of: Colour.self)
            _ = $0.map("map")
            _ = $0.section("section") { _ in }
            _ = $0.sections("sections") { _ in }
        }
        #expect(
            mistakes
                == ["name", "list", "port", "colour", "map", "section", "sections"].map { "3: `\($0)` is missing" })
    }

    @Test func `have references replaced and lists expanded`() throws {
        let variables: [String: Variable] = ["site": .text("secondary"), "users": .list(["a", "b"])]
        let yaml = """
            name: "{{site}}"
            path: /srv/{{ site }}/{{ site }}
            all: "{{ users }}"
            more: [root, "{{ users }}", "{{ site }}"]
            number: "{{ n }}"
            """
        var parameters = try Parameters(yaml: yaml, variables: variables.merging(["n": .text("7")]) { $1 })
        #expect(parameters.string("name") == "secondary")
        #expect(parameters.string("path") == "/srv/secondary/secondary")
        #expect(parameters.strings("all") == ["a", "b"])
        #expect(parameters.strings("more") == ["root", "a", "b", "secondary"])
        #expect(parameters.integer("number", in: 1...9) == 7)
        #expect(parameters.mistakes == [])
    }

    @Test func `have references replaced only once`() throws {
        let variables: [String: Variable] = ["a": .text("{{ b }}"), "b": .text("never")]
        var parameters = try Parameters(yaml: "name: 'x{{ a }}'", variables: variables)
        #expect(parameters.string("name") == "x{{ b }}")
    }

    @Test func `are not reported again if they could not be read`() throws {
        let mistakes = try noted(in: "port: x\nlist:\n- a\n- b") {
            if $0.integer("port", in: 1...9) < 5 { $0.wrong("port", "too small") }
            if $0.string("name").isEmpty { $0.wrong("name", "is empty") }
            _ = $0.strings("list")
            $0.wrong("list", item: 1, "no b")
        }
        #expect(
            mistakes == [
                "1: `port`: invalid value `x`; expected an integer from 1 to 9", "1: `name` is missing", "4: no b",
            ]
        )
    }
}
