import Alerts
import BackupMX
import ConfigurationFiles
import Diagnostics
import Engine
import Resources
import Sites

/// The result of one site on one line.
struct FleetRow {
    var name: String
    var sign: FleetBoard.Sign
    var words: String
    /// The category for the totals over all sites.
    var category: String
    var changes: Int?
    /// The duration, or nil if the work at the site was not started.
    var took: Duration?
    var isRemarkable: Bool

    init(name: String, _ outcome: Fleet<Int>.Outcome<SiteResult>) {
        self.name = name
        took = outcome.took
        switch outcome.result {
        case .success(let result):
            (words, category, changes) = (result.words, result.category, result.changes)
            isRemarkable = result.isRemarkable
            sign =
                switch result.ending.map(ExitStatus.init(of:)) {
                case nil: (changes ?? 0) > 0 ? .changed : changes == nil ? .right : .unchanged
                case .changesFound?: .changed
                case .deferred?: .amiss
                case _?: .failed
                }
        case .failure(let error):
            isRemarkable = true
            (sign, words) = (.failed, ErrorDescription(error).what)
            switch error {
            case _ where error.isInterruption && took == nil:
                (sign, words, category) = (.waiting, "not started", "not started")
            case _ where error.isInterruption: (words, category) = ("interrupted", "interrupted")
            case is SiteLock.Held: category = "held by another operator"
            default: category = "failed"
            }
        }
    }

    /// The line of the site: its name, the result and the duration.
    var line: String { "\(name): \(words.oneLine)" + (took?.words.map { ", in \($0)" } ?? "") }
}

/// The results of several sites: a table, and the number of sites in each category.
struct FleetTable {
    let rows: [FleetRow]
    let took: Duration
    let isWhole: Bool
    /// The maximum width of the table in columns.
    let width: Int

    /// If there are more sites than this, those without anything to report are only counted.
    private static let many = 24

    /// Creates a table.
    ///
    /// - Parameters:
    ///   - isWhole: Whether each site has its line, however many there are.
    ///   - width: The maximum width of the table in columns.
    init(_ rows: [FleetRow], took: Duration, isWhole: Bool, width: Int = 100) {
        self.width = width
        self.rows = rows
        self.took = took
        self.isWhole = isWhole
    }

    var text: String { (table + [totals]).joined(separator: "\n") }

    private var table: [String] {
        let shown = isWhole || rows.count <= Self.many ? rows : rows.filter { $0.isRemarkable && $0.took != nil }
        guard !shown.isEmpty else { return [] }
        let hasChanges = shown.contains { $0.changes != nil }
        let names = max(4, min(shown.map(\.name.columns).max() ?? 0, 24))
        let rest = width - 2 - names - 2 - (hasChanges ? 10 : 0) - 10
        let words = max(7, min(shown.map(\.words.oneLine.columns).max() ?? 0, rest))
        func line(_ sign: String, _ name: String, _ what: String, _ changes: String, _ seconds: String) -> String {
            let middle = hasChanges ? "  \(changes.leading(8))" : ""
            return "\(sign) \(name.fitted(to: names))  \(what.fitted(to: words))\(middle)  \(seconds.leading(8))"
        }
        let head = line(" ", "site", "outcome", "changes", "seconds")
        let lines = shown.map { row in
            line(
                row.sign.rawValue, row.name, row.words.oneLine, row.changes.map(String.init) ?? "",
                row.took.map(Self.seconds) ?? "")
        }
        let more = rows.count - shown.count
        return [head] + lines + (more > 0 ? ["  and \(more) more; `--verbose` shows them"] : []) + [""]
    }

    /// The totals, such as `300 sites in 61.2 s: 2 changed, 297 unchanged, 1 failed`.
    private var totals: String {
        var counts: [(category: String, count: Int)] = []
        for row in rows {
            if let index = counts.firstIndex(where: { $0.category == row.category }) {
                counts[index].count += 1
            } else {
                counts.append((row.category, 1))
            }
        }
        let words = counts.map { "\($0.count) \($0.category)" }.joined(separator: ", ")
        return "\(rows.count) sites" + (took.words.map { " in \($0)" } ?? "") + ": \(words)"
    }

    private static func seconds(_ duration: Duration) -> String {
        let tenths = Int((duration / .milliseconds(100)).rounded())
        return "\(tenths / 10).\(tenths % 10)"
    }
}

extension String {
    fileprivate func leading(_ width: Int) -> String { String(repeating: " ", count: max(0, width - columns)) + self }
}
