import Alerts
import BackupMX
import ConfigurationFiles
import Diagnostics
import Engine
import Resources
import Sites

/// One event as lines for people.
struct ConsoleLine {
    var event: Event
    var style: Style = .plain
    /// Whether all changes of a step are printed, even if there are many.
    var isVerbose = false

    /// The style of the lines: coloured on a terminal, plain elsewhere.
    enum Style { case plain, coloured }

    /// The line, or nil if the event is only of interest in verbose output or a later event reports it.
    var text: String? {
        switch event {
        case .unchanged(let step): line("=", step, .dim)
        case .probed(let step, let took): line("?", step, .dim, took)
        case .changing, .sent: nil
        case .changed(let step, let changes, let took):
            ([line("~", step, .yellow, took)] + Self.differences(changes, isVerbose: isVerbose)).joined(separator: "\n")
        case .deferred(let step, let reason):
            ([line("!", step, .yellow)]
                + ExternalText.lines(of: reason).map { "      \($0.printable)" }
                + ["      the next `up` retries it"]).joined(separator: "\n")
        case .handled(let trigger, let took): line("↻", trigger.description, .yellow, took)
        case .verified(let checks, let took):
            ([line("✓", "verified", .green, took)] + verified(checks)).joined(separator: "\n")
        case .result(let value):
            value.content(as: DrillReport.self).map { DrillText($0, isVerbose: isVerbose).text.printable }
        case .waiting(let what): line("…", what, .dim)
        case .note(let text):
            ([line("·", text.prefix { !$0.isNewline }.description, .dim)]
                + ExternalText.lines(of: String(text.drop { !$0.isNewline })).map { "      \($0.printable)" })
                .joined(separator: "\n")
        case .finished(let summary): "\n" + Self.footer(summary)
        }
    }

    /// Returns a line for each check. If there are more than 100, as with many recipients, returns at most 20 warnings
    /// and 20 other checks.
    private func verified(_ checks: [VerifiedCheck]) -> [String] {
        let warnings = checks.filter { $0.verdict == .warn }
        let others = checks.filter { $0.verdict != .warn }
        let isShort = isVerbose || checks.count <= 100
        let shown = isShort ? checks : Array(warnings.prefix(20)) + Array(others.prefix(20))
        let rest = checks.count - shown.count
        return shown.map { "      " + "\($0.verdict == .warn ? "! " : "")\($0.name): \($0.evidence)".inLine }
            + (rest > 0 ? ["      and \(rest) more; `--verbose` shows them"] : [])
    }

    /// Returns the changes of a step, one per line. If there are many, returns a sample and the count of each kind: a
    /// table can have ten thousand changes at once.
    ///
    /// - Parameters:
    ///   - most: The maximum number of changes that are all printed.
    ///   - sample: The number of changes printed if there are more.
    static func differences(_ changes: [Change], isVerbose: Bool, most: Int = 8, sample: Int = 3) -> [String] {
        let shown = isVerbose || changes.count <= most ? changes[...] : changes.prefix(sample)
        let rest = changes.count - shown.count
        let more = "and \(rest) more (\(counts(of: changes)) in all); `--verbose` shows them"
        return (shown.map { difference($0) } + (rest > 0 ? [more] : [])).map { "      " + $0 }
    }

    /// Returns the number of changes of each kind, such as `4000 added, 5000 removed, 1000 changed`.
    private static func counts(of changes: [Change]) -> String {
        let added = changes.count { $0.before == nil }
        let removed = changes.count { $0.before != nil && $0.after == nil }
        let kinds = [(added, "added"), (removed, "removed"), (changes.count - added - removed, "changed")]
        return kinds.filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }.joined(separator: ", ")
    }

    /// Returns a change as text, such as `relay_domains: example.org → example.org, example.net`.
    static func difference(_ change: Change) -> String {
        let subject = change.subject.inLine
        return switch (change.before, change.after) {
        case (nil, let after?): "\(subject): \(shortened(after))"
        case (let before?, nil): "\(subject): \(shortened(before)) → (removed)"
        case (let before?, let after?): "\(subject): \(shortened(before)) → \(shortened(after))"
        case (nil, nil): subject
        }
    }

    static func footer(_ summary: Summary) -> String {
        let guest = summary.guest.map { " (guest \($0))" } ?? ""
        return "\(summary.site)\(guest): \(counts(of: summary))" + (summary.took.words.map { ", in \($0)" } ?? "")
    }

    /// Returns the number of changed, unchanged and deferred steps on one line.
    static func counts(of summary: Summary) -> String {
        let deferred = summary.deferred == 0 ? "" : ", \(summary.deferred) deferred"
        let isQuiet = summary.changed == 0 && summary.unchanged == 0
        return (isQuiet ? "nothing changed" : "\(summary.changed) changed, \(summary.unchanged) unchanged")
            + deferred
    }

    private static func shortened(_ value: String) -> String {
        let oneLine = value.inLine
        if oneLine.isEmpty { return "(empty)" }
        return oneLine.count > 90 ? oneLine.prefix(87) + "…" : oneLine
    }

    private enum Colour: String { case dim = "2", yellow = "33", green = "32" }

    private func line(_ sign: String, _ subject: String, _ colour: Colour, _ took: Duration = .zero) -> String {
        let subject = subject.inLine
        let text = "  \(sign) " + (took.words.map { subject.padding(to: 40) + " " + $0 } ?? subject)
        return style == .coloured ? "\u{1B}[\(colour.rawValue)m\(text)\u{1B}[0m" : text
    }
}

extension String {
    fileprivate func padding(to width: Int) -> String {
        count >= width ? self : self + String(repeating: " ", count: width - count)
    }
}
