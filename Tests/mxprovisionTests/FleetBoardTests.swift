import Alerts
import BackupMX
import ConfigurationFiles
import Engine
import Resources
import Sites
import Testing

@testable import mxprovision

@Suite struct `A board of sites` {
    private func board() -> FleetBoard {
        var board = FleetBoard(["secondary", "tertiary", "north", "a-site-with-a-rather-long-name"])
        board.rows[0].standing = .ended(.changed, "2 changed, 17 unchanged", took: .milliseconds(1520))
        board.rows[1].standing = .working("waits for\nthe guest", since: .seconds(2))
        board.rows[2].standing = .ended(.failed, "the Proxmox API at pve3:8006 cannot be reached", took: .seconds(61))
        return board
    }

    @Test func `has a line for each and one for all`() {
        #expect(
            board().lines(width: 80, height: 24, now: .seconds(5)) == [
                "  ~ secondary                 2 changed, 17 unchanged                     1.5 s",
                "  … tertiary                  waits for the guest                         3.0 s",
                "  ✗ north                     the Proxmox API at pve3:8006 cannot be r…  61.0 s",
                "  · a-site-with-a-rather-lo…",
                "  2 of 4 done, 1 running, 1 failed",
            ])
    }

    @Test func `shows that it is stopping`() {
        var board = board()
        board.isStopping = true
        #expect(
            board.lines(width: 120, height: 24, now: .zero).last
                == "  2 of 4 done, 1 running, 1 failed; stopping each at its next safe point; press Ctrl-C again to stop immediately"
        )
    }

    @Test func `has lines only for running sites if the terminal is too low`() {
        var board = FleetBoard((0..<300).map { "site-\($0)" })
        for number in 0..<40 { board.rows[number].standing = .ended(.unchanged, "0 changed", took: .seconds(1)) }
        for number in 40..<48 { board.rows[number].standing = .working("looks", since: .zero) }
        let lines = board.lines(width: 80, height: 24, now: .seconds(1))
        #expect(lines.count == 9)
        #expect(lines[0] == "  … site-40   looks                                                       1.0 s")
        #expect(lines[8] == "  40 of 300 done, 8 running")
        #expect(board.lines(width: 80, height: 6, now: .zero).count == 5)
    }

    @Test(arguments: 0..<120, [0, 1, 2, 5, 24]) func `never exceeds the terminal`(width: Int, height: Int) {
        var board = board()
        board.rows[1].standing = .working("漢字がたくさん written by a guest 🙂 with \u{1B}[2J", since: .zero)
        let lines = board.lines(width: width, height: height, now: .seconds(3600))
        #expect(lines.count <= max(height - 1, 1))
        for line in lines {
            #expect(line.columns <= max(width - 1, 1))
            #expect(!line.unicodeScalars.contains { $0.properties.generalCategory == .control })
        }
    }

    @Test func `adds only colours to the plain text`() {
        var board = board()
        let plain = board.lines(width: 60, height: 24, now: .zero)
        board.style = .coloured
        let coloured = board.lines(width: 60, height: 24, now: .zero)
        #expect(coloured.map { $0.replacing(#/\u{1B}\[\d+m/#, with: "") } == plain)
        #expect(coloured[2].hasPrefix("\u{1B}[31m"))
    }
}

@Suite struct `A text on a terminal` {
    @Test(arguments: [("abc", 3), ("", 0), ("漢字", 4), ("é", 1), ("e\u{301}", 1), ("🙂", 2), ("…", 1), ("✓", 1)])
    func `has a width in columns`(text: String, columns: Int) { #expect(text.columns == columns) }

    @Test(arguments: [
        ("abc", 5, "abc  "), ("abcdef", 4, "abc…"), ("漢字漢", 4, "漢… "), ("abc", 0, ""), ("abc", 1, "…"),
    ])
    func `is fitted to a width`(text: String, width: Int, fitted: String) {
        #expect(text.fitted(to: width) == fitted)
    }
}

/// The required part of a terminal: rows, and a cursor that is always in the first column.
private struct Screen {
    private(set) var rows = [""]
    private var row = 0

    mutating func write(_ text: String) {
        var rest = text[...]
        while let character = rest.first {
            if rest.hasPrefix("\u{1B}[K") {
                rest = rest.dropFirst(3)
            } else if rest.hasPrefix("\u{1B}[J") {
                rows.removeSubrange(row...)
                rows.append("")
                rest = rest.dropFirst(3)
            } else if let up = rest.prefixMatch(of: #/\u{1B}\[(\d+)A/#) {
                row -= Int(up.1) ?? 0
                rest = rest[up.range.upperBound...]
            } else if character == "\n" {
                row += 1
                if row == rows.count { rows.append("") }
                rest = rest.dropFirst()
            } else if character == "\r" {
                rest = rest.dropFirst()
            } else {
                let line = rest.prefix { $0 != "\u{1B}" && $0 != "\n" }
                rows[row] = String(line)
                rest = rest[line.endIndex...]
            }
        }
    }
}

@Suite struct `The last lines of a terminal` {
    @Test func `are redrawn in place with more or fewer lines, and removed`() {
        var screen = Screen()
        var region = LiveRegion()
        screen.write("$ mxprovision up --all\n")
        for lines in [["a", "b"], ["a longer", "b", "c"], ["x"], ["y", "z"]] {
            screen.write(region.drawing(lines, width: 80))
            #expect(screen.rows == ["$ mxprovision up --all"] + lines + [""])
        }
        screen.write(region.erasing(width: 80))
        #expect(screen.rows == ["$ mxprovision up --all", ""])
        #expect(region.erasing(width: 80) == "")
    }

    @Test func `are found again if the terminal has become narrower and wrapped them`() {
        var region = LiveRegion()
        _ = region.drawing([String(repeating: "x", count: 79), "\u{1B}[2mshort\u{1B}[0m", ""], width: 80)
        #expect(region.drawing(["y"], width: 30).hasPrefix("\r\u{1B}[5A"))
    }

    @Test func `are overwritten before anything is erased, so that nothing flickers`() {
        var region = LiveRegion()
        _ = region.drawing(["a", "b"], width: 80)
        #expect(region.drawing(["c", "d"], width: 80) == "\r\u{1B}[2Ac\u{1B}[K\nd\u{1B}[K\n\u{1B}[J")
    }
}
