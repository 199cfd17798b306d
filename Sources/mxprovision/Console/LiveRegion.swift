import Foundation

/// The last lines of a terminal, drawn again in place.
struct LiveRegion {
    /// The widths of the lines that stand there.
    private var standing: [Int] = []

    /// What is to be written so that these lines stand where the earlier ones did. Lines are overwritten, not erased
    /// first, so that nothing flickers; empty where nothing has changed.
    ///
    /// - Parameters:
    ///   - lines: each narrower than the terminal; they may have colours.
    ///   - width: the terminal's. Where it has become narrower, what stands there is wrapped over more rows.
    mutating func drawing(_ lines: [String], width: Int) -> String {
        let rows = standing.reduce(0) { $0 + max(1, ($1 + width - 1) / max(width, 1)) }
        standing = lines.map(\.withoutColours.columns)
        let up = rows > 0 ? "\r\u{1B}[\(rows)A" : "\r"
        return up + lines.map { $0 + "\u{1B}[K\n" }.joined() + "\u{1B}[J"
    }

    /// What takes it away.
    mutating func erasing(width: Int) -> String { standing.isEmpty ? "" : drawing([], width: width) }

    /// Columns and rows of the terminal behind a descriptor (ioctl_tty(2)); 80 by 24 where it does not say.
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
