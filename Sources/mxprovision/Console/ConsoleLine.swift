import Provisioning

/// One event as lines for people.
struct ConsoleLine {
    var event: Event
    var style: Style = .plain
    /// Whether all changes of a step are told where there are many.
    var isVerbose = false

    /// How lines are set off: in colour on a terminal, by their signs alone elsewhere.
    enum Style { case plain, coloured }

    /// Nil where the event is only of interest to a reader of scripts, or is told by a later one.
    var text: String? {
        switch event {
        case .unchanged(let step): line("=", step, .dim)
        case .asked(let step, let took): line("?", step, .dim, took)
        case .changing, .sent: nil
        case .changed(let step, let changes, let took):
            ([line("~", step, .yellow, took)] + differences(changes)).joined(separator: "\n")
        case .postponed(let step, let reason):
            ([line("!", step, .yellow)]
                + reason.split(whereSeparator: \.isNewline).map { "      \(String($0).printable)" }
                + ["      the next `up` tries again"]).joined(separator: "\n")
        case .paid(let trigger, let took): line("↻", trigger.description, .yellow, took)
        case .verified(let checks, let took):
            ([line("✓", "verified", .green, took)]
                + checks.map { "      \($0.verdict == .warn ? "! " : "")\($0.name): \($0.evidence)".printable })
                .joined(separator: "\n")
        case .drilled(let report): DrillText(report, isVerbose: isVerbose).text.printable
        case .waiting(let what): line("…", what, .dim)
        case .note(let text): line("·", text, .dim)
        case .finished(let summary): "\n" + Self.footer(summary)
        }
    }

    /// A fresh guest gets some fifty settings at once.
    private func differences(_ changes: [Change]) -> [String] {
        let shown = isVerbose || changes.count <= 8 ? changes[...] : changes.prefix(3)
        let rest = changes.count - shown.count
        let lines = shown.map { Self.difference($0) } + (rest > 0 ? ["and \(rest) more; `--verbose` tells them"] : [])
        return lines.map { "      " + $0 }
    }

    /// `relay_domains: example.org → example.org, example.net`
    static func difference(_ change: Change) -> String {
        switch (change.before, change.after) {
        case (nil, let after?): "\(change.subject): \(shortened(after))"
        case (let before?, nil): "\(change.subject): \(shortened(before)) → gone"
        case (let before?, let after?): "\(change.subject): \(shortened(before)) → \(shortened(after))"
        case (nil, nil): change.subject
        }
    }

    static func footer(_ summary: Summary) -> String {
        let guest = summary.guest.map { " (guest \($0))" } ?? ""
        return "\(summary.site)\(guest): \(counts(of: summary))" + (summary.took.words.map { ", in \($0)" } ?? "")
    }

    /// `2 changed, 17 as they should be`
    static func counts(of summary: Summary) -> String {
        let postponed = summary.postponed == 0 ? "" : ", \(summary.postponed) to be tried again"
        let isQuiet = summary.changed == 0 && summary.unchanged == 0
        return (isQuiet ? "nothing changed" : "\(summary.changed) changed, \(summary.unchanged) as they should be")
            + postponed
    }

    private static func shortened(_ value: String) -> String {
        let oneLine = value.split(whereSeparator: \.isNewline).joined(separator: "⏎").printable
        if oneLine.isEmpty { return "(empty)" }
        return oneLine.count > 90 ? oneLine.prefix(87) + "…" : oneLine
    }

    private enum Colour: String { case dim = "2", yellow = "33", green = "32" }

    private func line(_ sign: String, _ subject: String, _ colour: Colour, _ took: Duration = .zero) -> String {
        let subject = subject.printable
        let text = "  \(sign) " + (took.words.map { subject.padding(to: 40) + " " + $0 } ?? subject)
        return style == .coloured ? "\u{1B}[\(colour.rawValue)m\(text)\u{1B}[0m" : text
    }
}

extension String {
    fileprivate func padding(to width: Int) -> String {
        count >= width ? self : self + String(repeating: " ", count: width - count)
    }
}
