import Foundation
import Provisioning

/// One run of the journal as lines for people.
struct HistoryText {
    let entry: JournalEntry

    init(_ entry: JournalEntry) { self.entry = entry }

    var text: String {
        let when = entry.started.formatted(.iso8601)
        let guest = entry.guest.map { " guest \($0)" } ?? ""
        let took = Duration.seconds(entry.took).words.map { "  \($0)" } ?? ""
        var lines = ["\(when)  \(entry.command)\(guest)  \(entry.outcome.rawValue)\(took)  \(entry.who)"]
        for step in entry.changes {
            lines.append("  ~ \(step.step)")
            lines += step.changes.map { "      " + ConsoleLine.difference($0) }
        }
        if let error = entry.error { lines += error.split(separator: "\n").map { "  ! \($0)" } }
        return lines.joined(separator: "\n")
    }
}
