import Alerts
import BackupMX
import ConfigurationFiles
import Engine
import Sites

/// The state of a command's sites, as lines that a terminal shows while the command runs.
struct FleetBoard {
    /// The first character of a line and its colour.
    enum Sign: String {
        case waiting = "·", working = "…", unchanged = "=", changed = "~", right = "✓", amiss = "!", failed = "✗"

        var colour: String {
            switch self {
            case .waiting, .unchanged: "2"
            case .working: "0"
            case .changed, .amiss: "33"
            case .right: "32"
            case .failed: "31"
            }
        }
    }

    /// The state of a site. Times are counted from the start of the command.
    enum Standing {
        case waiting
        case working(String, since: Duration)
        case ended(Sign, String, took: Duration?)
    }

    struct Row {
        var name: String
        var standing = Standing.waiting
    }

    var rows: [Row]
    /// Whether the user has requested a stop.
    var isStopping = false
    var style = ConsoleLine.Style.plain

    init(_ names: [String], style: ConsoleLine.Style = .plain) {
        rows = names.map { Row(name: $0) }
        self.style = style
    }

    /// Returns one line per site if all of them fit, else one per running site, followed by a line for the totals.
    ///
    /// No line is wider than the terminal, and there is one line less than the terminal has rows: the cursor needs one.
    func lines(width: Int, height: Int, now: Duration) -> [String] {
        let room = max(height - 2, 0)
        let shown = rows.count <= room ? rows[...] : rows.filter(\.isWorking).prefix(room)
        return shown.map { line($0, width: width, now: now) } + [footer.fitted(to: max(width - 1, 1)).trimmingEnd]
    }

    /// Returns the line of a site. The last column stays free, because some terminals wrap if it is filled.
    private func line(_ row: Row, width: Int, now: Duration) -> String {
        let (sign, words, took) = row.told(at: now)
        let names = min(rows.map(\.name.columns).max() ?? 0, 24)
        let time = took?.words ?? ""
        let rest = width - 1 - (4 + names + 2) - (time.isEmpty ? 0 : time.columns + 2)
        var text = "  \(sign.rawValue) \(row.name.fitted(to: names))"
        if rest > 0 { text += "  \(words.printable.oneLine.fitted(to: rest))" }
        if !time.isEmpty, rest > 0 { text += "  \(time)" }
        text = text.fitted(to: max(width - 1, 1)).trimmingEnd
        return style == .coloured ? "\u{1B}[\(sign.colour)m\(text)\u{1B}[0m" : text
    }

    private var footer: String {
        let ended = rows.count { if case .ended = $0.standing { true } else { false } }
        let failed = rows.count { if case .ended(.failed, _, _) = $0.standing { true } else { false } }
        let working = rows.count(where: \.isWorking)
        let counts = "\(ended) of \(rows.count) done, \(working) running" + (failed > 0 ? ", \(failed) failed" : "")
        return isStopping
            ? "  \(counts); stopping each at its next safe point; press Ctrl-C again to stop immediately"
            : "  \(counts)"
    }
}

extension FleetBoard.Row {
    fileprivate var isWorking: Bool { if case .working = standing { true } else { false } }

    fileprivate func told(at now: Duration) -> (FleetBoard.Sign, String, Duration?) {
        switch standing {
        case .waiting: (.waiting, "", nil)
        case .working(let what, let since): (.working, what, now - since)
        case .ended(let sign, let words, let took): (sign, words, took)
        }
    }
}

extension String {
    var oneLine: String { split(whereSeparator: \.isNewline).joined(separator: " ") }

    fileprivate var trimmingEnd: String {
        var text = self
        while text.last == " " { text.removeLast() }
        return text
    }
}
