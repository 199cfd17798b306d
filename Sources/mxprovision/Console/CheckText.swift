import Alerts
import BackupMX
import Engine
import Sites

/// The check report of a site as lines for people: each check with its evidence. Passing checks are summed up if there
/// are many.
struct CheckText<Subject: CheckSubject> {
    let report: CheckReport<Subject>
    let site: String
    let isVerbose: Bool

    /// If an area has more checks than this, its passing checks are summed up, unless the output is verbose.
    private static var many: Int { 14 }
    /// The maximum number of checks of an area that are printed one by one, unless the output is verbose.
    private static var most: Int { 20 }

    init(_ report: CheckReport<Subject>, _ site: String, isVerbose: Bool = false) {
        self.report = report
        self.site = site
        self.isVerbose = isVerbose
    }

    var text: String { ([site] + report.areas.flatMap(lines) + advice + [footer]).joined(separator: "\n") }

    private func lines(of area: CheckReport<Subject>.Area) -> [String] {
        if let problem = area.problem {
            return ["  \(area.name.rawValue)", "    ✗ not checked"] + indented(problem, by: "      ")
        }
        let isShort = isVerbose || area.checks.count <= Self.many
        let told = isShort ? area.checks : area.checks.filter { $0.verdict != .pass }
        let passed = area.checks.filter { $0.verdict == .pass }
        let shown = isVerbose ? told[...] : told.prefix(Self.most)
        var lines =
            ["  \(area.name.rawValue)"]
            + shown.map { "    \(Self.sign($0.verdict)) \("\($0.name): \($0.evidence)".inLine)" }
        if told.count > shown.count {
            lines.append("    … \(told.count - shown.count) more do not pass; `--verbose` shows them")
        }
        if !isShort, let example = passed.first {
            lines.append("    ✓ \(passed.count) more like \("\(example.name): \(example.evidence)".inLine)")
        }
        return lines
    }

    /// The advice of all checks, without duplicates.
    private var advice: [String] {
        var seen: Set<String> = []
        let pieces = report.areas.flatMap(\.checks).filter { $0.verdict != .pass }.compactMap(\.advice)
        return pieces.filter { seen.insert($0).inserted }.flatMap { [""] + indented($0, by: "  ") }
    }

    private var footer: String { "\n\(site): \(counts)" }

    /// The number of checks for each verdict, on one line.
    var counts: String {
        let shut = report.areas.count { $0.problem != nil }
        let unchecked = count(.unchecked) > 0 ? ", \(count(.unchecked)) not checked" : ""
        let counts = "\(count(.pass)) passed, \(count(.warn)) with a warning, \(count(.fail)) failed" + unchecked
        return counts + (shut > 0 ? ", \(shut) area\(shut == 1 ? "" : "s") not checked" : "")
    }

    var hasWarnings: Bool { count(.warn) > 0 }

    private func count(_ verdict: VerifiedCheck.Verdict) -> Int {
        report.areas.reduce(0) { $0 + $1.checks.count { $0.verdict == verdict } }
    }

    private func indented(_ text: String, by margin: String) -> [String] {
        text.split(separator: "\n", omittingEmptySubsequences: false).map { $0.isEmpty ? "" : margin + $0 }
    }

    private static func sign(_ verdict: VerifiedCheck.Verdict) -> String {
        switch verdict {
        case .pass: "✓"
        case .warn: "!"
        case .fail: "✗"
        case .unchecked: "?"
        }
    }
}
