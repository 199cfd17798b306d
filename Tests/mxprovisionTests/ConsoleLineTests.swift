import Alerts
import BackupMX
import ConfigurationFiles
import Diagnostics
import Sites
import Testing

@testable import Engine
@testable import Resources
@testable import mxprovision

@Suite struct `A console line` {
    @Test(arguments: [
        (Event.unchanged(step: "relay"), "  = relay"),
        (.waiting("the guest to start"), "  … the guest to start"),
        (.note("no key is known"), "  · no key is known"),
        (.changed(step: "relay", [], took: .milliseconds(1250)), "  ~ relay                                    1.2 s"),
        (
            .handled(Handler(.reload, "postfix"), took: .milliseconds(45)),
            "  ↻ reload postfix                           45 ms"
        ),
        (.changed(step: "guest", [], took: .zero), "  ~ guest"),
        (
            .deferred(step: "acme", reason: "An unexpected error occurred:\nConnection refused"),
            "  ! acme\n      An unexpected error occurred:\n      Connection refused\n      the next `up` retries it"
        ),
        (
            .changed(step: "relay", [Change("relay_domains", from: "a.org", to: "a.org, b.org")], took: .seconds(61)),
            "  ~ relay                                    61.0 s\n      relay_domains: a.org → a.org, b.org"
        ),
        (
            .verified(
                [
                    VerifiedCheck(name: "banner", verdict: .pass, evidence: "220 mx"),
                    VerifiedCheck(name: "bang path", verdict: .warn, evidence: "450 later"),
                ], took: .milliseconds(100)),
            "  ✓ verified                                 0.1 s\n      banner: 220 mx\n      ! bang path: 450 later"
        ),
        (
            .finished(Summary(site: "secondary", guest: 110, unchanged: 3, changed: 1, took: .milliseconds(12_345))),
            "\nsecondary (guest 110): 1 changed, 3 unchanged, in 12.3 s"
        ),
        (
            .finished(Summary(site: "secondary", guest: 110, unchanged: 3, changed: 1, deferred: 1, took: .zero)),
            "\nsecondary (guest 110): 1 changed, 3 unchanged, 1 deferred"
        ),
        (
            .finished(Summary(site: "secondary", guest: nil, unchanged: 0, changed: 0, took: .microseconds(10))),
            "\nsecondary: nothing changed"
        ),
    ])
    func `describes the event`(event: Event, text: String) {
        #expect(ConsoleLine(event: event).text == text)
    }

    @Test func `counts many changes of a step, and shows all with --verbose`() {
        let changes = (1...9).map { Change("p\($0)", from: nil, to: "x") }
        let few = Event.changed(step: "main.cf", Array(changes.prefix(8)), took: .zero)
        #expect(ConsoleLine(event: few).text?.split(separator: "\n").count == 9)
        let many = Event.changed(step: "main.cf", changes, took: .zero)
        #expect(
            ConsoleLine(event: many).text
                == "  ~ main.cf\n      p1: x\n      p2: x\n      p3: x\n      and 6 more (9 added in all); `--verbose` shows them"
        )
        #expect(ConsoleLine(event: many, isVerbose: true).text?.split(separator: "\n").count == 10)
    }

    @Test(arguments: [Event.changing(step: "relay", []), .sent(script: "true")])
    func `is omitted if a later line has the information`(event: Event) {
        #expect(ConsoleLine(event: event).text == nil)
    }

    @Test func `has colours only if they are enabled`() {
        let event = Event.unchanged(step: "relay")
        #expect(ConsoleLine(event: event, style: .coloured).text == "\u{1B}[2m  = relay\u{1B}[0m")
        #expect(ConsoleLine(event: event, style: .plain).text == "  = relay")
    }

    @Test func `escapes control characters of a host`() throws {
        let hostile = "\u{1B}]0;owned\u{7}\u{9B}2J\r\u{8}"
        let events: [Event] = [
            .unchanged(step: hostile), .deferred(step: hostile, reason: hostile), .note(hostile), .waiting(hostile),
            .changed(step: hostile, [Change("x", from: hostile, to: hostile)], took: .zero),
            .verified([VerifiedCheck(name: "banner", verdict: .pass, evidence: hostile)], took: .zero),
        ]
        for event in events {
            let text = try #require(ConsoleLine(event: event).text)
            #expect(!text.unicodeScalars.contains { $0.properties.generalCategory == .control && $0 != "\n" })
            #expect(text.contains("\\u{1B}]0;owned\\u{7}\\u{9B}2J"))
        }
        #expect("tab\tand\nline".printable == "tab\tand\nline")
    }

    @Test(arguments: [
        (Change("a", from: nil, to: "1"), "a: 1"), (Change("a", from: "1", to: nil), "a: 1 → (removed)"),
        (Change("a", from: "1", to: "2"), "a: 1 → 2"), (Change("a", from: nil, to: nil), "a"),
        (Change("a", from: "", to: "1\n2\n"), "a: (empty) → 1⏎2"),
    ])
    func `shows a difference`(change: Change, text: String) {
        #expect(ConsoleLine.difference(change) == text)
    }

    @Test func `truncates a long value`() {
        let change = Change("a", from: nil, to: String(repeating: "x", count: 1000))
        #expect(ConsoleLine.difference(change) == "a: " + String(repeating: "x", count: 87) + "…")
    }
}

@Suite struct `Colours` {
    @Test(arguments: [
        (["TERM": "xterm"], true, true), (["TERM": "xterm"], false, false), (["NO_COLOR": "1"], true, false),
        (["NO_COLOR": ""], true, true), (["TERM": "dumb"], true, false), ([:], true, true),
    ])
    func `are for terminals whose user wants them`(environment: [String: String], isTerminal: Bool, wanted: Bool) {
        #expect(Console.usesColour(environment: environment, isTerminal: isTerminal) == wanted)
    }
}

@Suite struct `A duration` {
    @Test(arguments: [
        (Duration.zero, nil), (.nanoseconds(999_999), nil), (.milliseconds(1), "1 ms"), (.milliseconds(99), "99 ms"),
        (.milliseconds(100), "0.1 s"), (.milliseconds(999), "0.9 s"), (.seconds(1), "1.0 s"),
        (.seconds(3600), "3600.0 s"),
    ])
    func `is never shown as zero`(duration: Duration, words: String?) {
        #expect(duration.words == words)
    }
}
