import Alerts
import BackupMX
import ConfigurationFiles
import Engine
import MailChecks
import Sites

/// The result of a drill as lines for people: the figures and each message. If there are many messages, only the
/// failing ones.
struct DrillText {
    let report: DrillReport
    var isVerbose = false

    /// If there are more messages than this, they are printed one by one only in verbose output.
    private static let many = 20

    init(_ report: DrillReport, isVerbose: Bool = false) {
        self.report = report
        self.isVerbose = isVerbose
    }

    var text: String { (["", heading] + table + [""] + figures + verdict).joined(separator: "\n") }

    private var heading: String { "  drill \(report.run), \(report.messages.count) messages to \(report.recipient)" }

    private var table: [String] {
        let isShort = isVerbose || report.messages.count <= Self.many
        let amiss = isShort ? report.messages : report.messages.filter { $0.verdict != .arrived }
        let told = isVerbose ? amiss[...] : amiss.prefix(Self.many)
        let rest = report.messages.count - amiss.count
        let head = line("no.", "sent", "arrived", "took", "queue id", "verdict")
        let rows = told.map { message in
            line(
                String(message.number), seconds(message.sent), seconds(message.arrived), seconds(message.took),
                message.queueID?.inLine ?? "–", Self.words(message))
        }
        let missing = amiss.count - told.count
        let others =
            (missing > 0 ? ["    \(missing) more did not arrive correctly; `--verbose` shows them"] : [])
            + (rest > 0 ? ["    \(rest) more have arrived; `--verbose` shows them"] : [])
        return (told.isEmpty ? [] : [head] + rows) + others
    }

    private var figures: [String] {
        var lines = ["  most in the queue: \(report.mostQueued)"]
        if let first = report.waits.first, let last = report.waits.last {
            let middle = report.waits[report.waits.count / 2]
            lines.append(
                "  from release to arrival: first \(first.tenths) s, median \(middle.tenths) s, last \(last.tenths) s")
        }
        let texts = report.showsContent ? "" : "; the contents were not compared"
        lines += (report.deferrals ?? []).map { "  deferred: \($0.description.inLine)" }
        return lines + ["  seen in \(report.source.inLine)\(texts)"]
    }

    private var verdict: [String] {
        guard !report.isRight else {
            return ["  ✓ \(report.messages.count) of \(report.messages.count) arrived once, none lost or altered"]
        }
        return report.amiss.map { "  ✗ \($0.inLine)" }
    }

    private static func words(_ message: CanaryAccount) -> String {
        switch message.verdict {
        case .arrived, .lost, .queued: message.verdict.rawValue
        case .duplicated: "arrived \(message.copies) times"
        case .altered: "altered" + (message.copies > 1 ? ", \(message.alteredCopies) of \(message.copies) copies" : "")
        case .refused: "refused: \((message.reply ?? "").inLine)"
        case .unanswered: "unanswered"
        }
    }

    private func seconds(_ value: Double?) -> String { value.map { "\($0.tenths) s" } ?? "–" }

    private func line(
        _ number: String, _ sent: String, _ arrived: String, _ took: String, _ id: String, _ verdict: String
    ) -> String {
        func right(_ text: String, _ width: Int) -> String {
            String(repeating: " ", count: max(width - text.count, 0)) + text
        }
        let id = id + String(repeating: " ", count: max(16 - id.count, 0))
        return "  \(right(number, 5))  \(right(sent, 8)) \(right(arrived, 9)) \(right(took, 8))  \(id) \(verdict)"
    }
}
