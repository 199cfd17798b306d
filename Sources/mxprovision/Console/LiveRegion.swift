import ConfigurationFiles
import Foundation

/// The last lines of a terminal, redrawn in place.
struct LiveRegion {
    /// The widths of the lines on the terminal.
    private var standing: [Int] = []

    /// Returns the output that replaces the current lines by new ones. Lines are overwritten, not erased first, to
    /// prevent flicker.
    ///
    /// - Parameters:
    ///   - lines: Each is narrower than the terminal. They may have colours.
    ///   - width: The width of the terminal. If it has shrunk, the old lines are wrapped over more rows.
    mutating func drawing(_ lines: [String], width: Int) -> String {
        let rows = standing.reduce(0) { $0 + max(1, ($1 + width - 1) / max(width, 1)) }
        standing = lines.map(\.withoutColours.columns)
        let up = rows > 0 ? "\r\u{1B}[\(rows)A" : "\r"
        return up + lines.map { $0 + "\u{1B}[K\n" }.joined() + "\u{1B}[J"
    }

    /// Returns the output that erases the lines.
    mutating func erasing(width: Int) -> String { standing.isEmpty ? "" : drawing([], width: width) }

    /// Returns the columns and rows of a terminal (ioctl_tty(2)), or 80 by 24 if they are unknown.
    static func size(of descriptor: CInt) -> (width: Int, height: Int) {
        var size = winsize()
        guard ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0, size.ws_row > 0 else { return (80, 24) }
        return (Int(size.ws_col), Int(size.ws_row))
    }
}

extension String {
    fileprivate var withoutColours: String {
        var text = ""
        var isWithin = false
        for character in self {
            if character == "\u{1B}" { isWithin = true }
            if !isWithin { text.append(character) }
            if isWithin, character == "m" { isWithin = false }
        }
        return text
    }
}
