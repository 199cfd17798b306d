import Alerts
import BackupMX
import Engine
import Foundation
import Resources
import Sites

/// One run of the journal as lines for people.
struct HistoryText {
    let entry: JournalEntry
    /// Whether all changes of a step are printed, even if there are many.
    let isVerbose: Bool

    init(_ entry: JournalEntry, isVerbose: Bool = false) {
        self.entry = entry
        self.isVerbose = isVerbose
    }

    private var outcome: String { entry.outcome == .cancelled ? "interrupted" : entry.outcome.rawValue }

    var text: String {
        let when = entry.started.timestamp ?? "(no time)"
        let guest = entry.guest.map { " guest \($0)" } ?? ""
        let took = Duration(storedSeconds: entry.took).words.map { "  \($0)" } ?? ""
        var lines = ["\(when)  \(entry.command.inLine)\(guest)  \(outcome)\(took)  \(entry.who.inLine)"]
        for step in entry.changes {
            lines.append("  ~ \(step.step.inLine)")
            lines += ConsoleLine.differences(step.changes, isVerbose: isVerbose)
        }
        if let error = entry.error, entry.outcome != .cancelled {
            lines += error.split(whereSeparator: \.isNewline).map { "  ! \($0)" }
        }
        return lines.joined(separator: "\n")
    }
}
