/// The width of a text on a terminal.
extension String {
    /// The width in columns. Control characters are not expected: `printable` has replaced them.
    var columns: Int { reduce(0) { $0 + $1.columns } }

    /// Returns the text in exactly this many columns: cut off with `…` or padded with spaces.
    func fitted(to width: Int) -> String {
        guard width > 0 else { return "" }
        let room = columns
        if room <= width { return self + String(repeating: " ", count: width - room) }
        var text = ""
        var taken = 0
        for character in self {
            guard taken + character.columns <= width - 1 else { break }
            text.append(character)
            taken += character.columns
        }
        return text + "…" + String(repeating: " ", count: width - 1 - taken)
    }

    /// Returns the text in at most this many columns, cut off with `…`.
    func cut(to width: Int) -> String { fitted(to: min(columns, width)) }
}

extension Character {
    /// The width in columns: two for wide East Asian characters and emoji (Unicode Standard Annex 11), else one.
    fileprivate var columns: Int {
        let isWide = unicodeScalars.contains { scalar in
            switch scalar.value {
            case 0x1100...0x115F, 0x2E80...0x303E, 0x3041...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE4F,
                0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x1F300...0x1F64F, 0x1F680...0x1FAFF, 0x20000...0x3FFFD:
                true
            default: scalar.properties.isEmojiPresentation
            }
        }
        return isWide ? 2 : 1
    }
}
