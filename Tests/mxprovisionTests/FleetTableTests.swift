import Alerts
import BackupMX
import Foundation
import RemoteShell
import Sites
import Testing

@testable import Alerts
@testable import BackupMX
@testable import ConfigurationFiles
@testable import Engine
@testable import Resources
@testable import Sites
@testable import mxprovision

@Suite struct `A table of sites` {
    private typealias Outcome = Fleet<Int>.Outcome<SiteResult>

    private func row(_ name: String, _ result: SiteResult, _ took: Duration = .milliseconds(1540)) -> FleetRow {
        FleetRow(name: name, Outcome(result: .success(result), took: took))
    }

    private func row(_ name: String, _ error: any Error, took: Duration? = .seconds(2)) -> FleetRow {
        FleetRow(name: name, Outcome(result: .failure(error), took: took))
    }

    private func fields(_ line: String) -> [String] {
        line.split(separator: #/ {2,}/#).map { $0.trimmingCharacters(in: .whitespaces) }.filter { !$0.isEmpty }
    }

    private let changed = SiteResult(
        words: "2 changed, 17 unchanged", category: "changed", changes: 2, isRemarkable: true)
    private let unchanged = SiteResult(
        words: "0 changed, 19 unchanged", category: "unchanged", changes: 0, isRemarkable: false)

    @Test func `has a row for each and counts them`() {
        let rows = [
            row("secondary", changed), row("tertiary", unchanged, .milliseconds(460)),
            row("north", ShellError.noProgram("ssh")),
            row("south", SiteLock.Held(site: "south", by: .init(who: "ada@desk", command: "up", since: Date()))),
            row("east", CancellationError()), row("west", CancellationError(), took: nil),
        ]
        let table = FleetTable(rows, took: .milliseconds(12_345), isWhole: false)
        let lines = table.text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        #expect(fields(lines[0]) == ["site", "outcome", "changes", "seconds"])
        #expect(fields(lines[1]) == ["~ secondary", "2 changed, 17 unchanged", "2", "1.5"])
        #expect(fields(lines[2]) == ["= tertiary", "0 changed, 19 unchanged", "0", "0.5"])
        #expect(lines[3].hasPrefix("✗ north      ") && lines[3].hasSuffix("2.0"))
        #expect(lines[4].hasPrefix("✗ south      south is locked by ada@desk"))
        #expect(lines[5].hasPrefix("✗ east       interrupted"))
        #expect(lines[6].hasPrefix("· west       not started"))
        #expect(lines[7] == "")
        #expect(
            lines[8]
                == "6 sites in 12.3 s: 1 changed, 1 unchanged, 1 failed, 1 held by another operator, 1 interrupted, 1 not started"
        )
        #expect(lines.count == 9)
        #expect(Set(lines[0...6].map(\.columns)).count == 1)
    }

    @Test func `with many sites shows only rows with news, unless all are requested`() {
        let rows = (0..<300).map { $0 == 7 ? row("site-7", changed) : row("site-\($0)", unchanged) }
        let short = FleetTable(rows, took: .zero, isWhole: false).text.split(separator: "\n")
        #expect(short.count == 4)
        #expect(short[2] == "  and 299 more; `--verbose` shows them")
        #expect(short[3] == "300 sites: 299 unchanged, 1 changed")
        #expect(FleetTable(rows, took: .zero, isWhole: true).text.split(separator: "\n").count == 302)
    }

    @Test(arguments: [60, 80, 100]) func `is not wider than the terminal`(width: Int) {
        let wordy = SiteResult(words: String(repeating: "x", count: 200), category: "changed", changes: 1)
        let table = FleetTable([row("a", wordy), row("b", changed)], took: .zero, isWhole: false, width: width)
        for line in table.text.split(separator: "\n").prefix(3) { #expect(line.description.columns == width) }
    }

    @Test func `has no column of changes if the command only reads`() {
        let seen = SiteResult(words: "guest 110 running", category: "looked at")
        let table = FleetTable([row("a", seen), row("b", seen)], took: .seconds(1), isWhole: false)
        #expect(!table.text.contains("changes"))
        #expect(table.text.hasSuffix("2 sites in 1.0 s: 2 looked at"))
    }

    @Test(
        arguments: [
            (nil, 2, FleetBoard.Sign.changed), (nil, 0, .unchanged), (nil, nil, .right), (ChangesFound(), 1, .changed),
            (StepsPostponed(), 1, .amiss), (ChecksFailed(), nil, .failed),
        ] as [((any Error)?, Int?, FleetBoard.Sign)])
    func `has a sign for the result of each site`(ending: (any Error)?, changes: Int?, sign: FleetBoard.Sign) {
        let result = SiteResult(words: "", category: "", changes: changes, ending: ending)
        #expect(row("a", result).sign == sign)
    }
}

@Suite struct `The worst of several exit statuses` {
    @Test func `is an interruption, then a failure, then a deferral, then a pending change`() {
        let ordered: [mxprovision.ExitStatus] = [
            .changesFound, .deferred, .held, .usage, .mistakes, .failed, .interrupted,
        ]
        #expect(ordered.shuffled().sorted() == ordered)
        #expect(ordered.map(\.code) == [2, 75, 75, 64, 65, 1, 130])
    }

    @Test(
        arguments: [
            ([nil, nil], nil), ([nil, ChangesFound()], 2), ([StepsPostponed(), ChangesFound()], 75),
            ([ChecksFailed(), SiteLock.Held(site: "a", by: nil), nil], 1),
            ([CancellationError(), ChecksFailed()], 130),
        ] as [([(any Error)?], Int32?)])
    func `is the exit status of the command`(endings: [(any Error)?], code: Int32?) {
        let outcomes = endings.map { ending in
            Fleet<Int>.Outcome(
                result: .success(SiteResult(words: "", category: "", ending: ending)), took: Duration.zero)
        }
        let worst = outcomes.compactMap(mxprovision.ExitStatus.init).max()
        #expect(worst?.code == code)
        if let worst { #expect(ExitStatus(of: SitesEnded(status: worst)) == worst) }
    }
}
