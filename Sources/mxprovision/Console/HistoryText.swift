import Foundation
import Provisioning

/// One run of the journal as lines for people.
struct HistoryText {
    let entry: JournalEntry

    init(_ entry: JournalEntry) { self.entry = entry }

    private var outcome: String { entry.outcome == .cancelled ? "interrupted" : entry.outcome.rawValue }

    var text: String {
        let when = entry.started.timestamp ?? "(no time)"
        let guest = entry.guest.map { " guest \($0)" } ?? ""
        let took = Duration(storedSeconds: entry.took).words.map { "  \($0)" } ?? ""
        var lines = ["\(when)  \(entry.command)\(guest)  \(outcome)\(took)  \(entry.who)"]
        for step in entry.changes {
            lines.append("  ~ \(step.step)")
            lines += step.changes.map { "      " + ConsoleLine.difference($0) }
        }
        if let error = entry.error, entry.outcome != .cancelled {
            lines += error.split(separator: "\n").map { "  ! \($0)" }
        }
        return lines.joined(separator: "\n")
    }
}
