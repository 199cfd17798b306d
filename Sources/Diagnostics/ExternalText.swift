public import Foundation

/// Decoding and display of text that people and other programs wrote.
public enum ExternalText {
    /// The reason why bytes are not text.
    public enum Fault: Error, Sendable, Equatable {
        case utf16
        /// A byte that is not UTF-8. `offset` and `line` are counted from 1.
        case notUTF8(offset: Int, byte: UInt8, line: Int)

        /// What is wrong and what is expected. The text follows the name of a file.
        public var text: String {
            switch self {
            case .utf16: "the file is UTF-16; save it as UTF-8"
            case .notUTF8(let offset, let byte, _):
                "byte \(offset) of the file is 0x\(String(byte, radix: 16, uppercase: true)), which is not UTF-8; save the file as UTF-8"
            }
        }
    }

    /// Decodes UTF-8 and normalizes the text. UTF-16 is detected by its byte order mark, or by a NUL that is one of the
    /// first two bytes.
    public static func decode(_ data: Data) throws(Fault) -> String {
        let start = [UInt8](data.prefix(4))
        let isUTF16 = start.starts(with: [0xFF, 0xFE]) || start.starts(with: [0xFE, 0xFF])
        if isUTF16 || (start.count >= 2 && start.prefix(2).contains(0) && start.prefix(2) != [0, 0]) { throw .utf16 }
        guard let text = String(validating: data, as: UTF8.self) else { throw firstFault(of: data) }
        return normalized(text)
    }

    /// Returns the text without a byte order mark, and with LF in place of CR LF (Windows) and CR (old spreadsheets).
    package static func normalized(_ text: String) -> String {
        var scalars = String.UnicodeScalarView()
        var previous: Unicode.Scalar?
        for scalar in text.unicodeScalars {
            defer { previous = scalar }
            switch scalar {
            case "\u{FEFF}" where previous == nil: break
            case "\r": scalars.append("\n")
            case "\n" where previous == "\r": break
            case _: scalars.append(scalar)
            }
        }
        return String(scalars)
    }

    /// Returns a name without the characters that ``fault(in:)`` reports.
    package static func plain(_ name: String) -> String {
        guard fault(in: name) != nil else { return name }
        let scalars = name.unicodeScalars.filter { !$0.isInvisible }
        return String(String.UnicodeScalarView(scalars)).trimmingCharacters(
            in: CharacterSet(charactersIn: quotes + " "))
    }

    private static let quotes = "“”„‟‘’‚‛«»"

    private static func firstFault(of data: Data) -> Fault {
        var decoder = UTF8()
        var bytes = data.makeIterator()
        var good = 0
        var line = 1
        while case .scalarValue(let scalar) = decoder.decode(&bytes) {
            good += UTF8.width(scalar)
            if scalar == "\n" { line += 1 }
        }
        return .notUTF8(offset: good + 1, byte: data[data.startIndex + good], line: line)
    }

    /// Returns the lines of a text that may come from a host. A line that starts with one of our own signs gets a
    /// prefix, so that it cannot be taken for our output.
    public static func lines(of text: String) -> [String] {
        text.split(whereSeparator: \.isNewline).map { line in
            let start = line.first { !$0.isWhitespace }
            return (start.map("→✗✓~=?!↻…·".contains) ?? false ? "| " : "") + line
        }
    }

    /// Returns what is wrong with the characters of a value, or nil if nothing is wrong.
    ///
    /// A text of several lines is written for other programs, so only bidirectional controls are refused in it. YAML
    /// allows control characters only as escapes, which are intentional, so each reader decides whether it accepts
    /// them.
    package static func fault(in text: String) -> String? {
        let isBlock = text.contains("\n")
        let invisible = text.unicodeScalars.first {
            isBlock ? $0.properties.isBidiControl : $0.isInvisible && $0.properties.generalCategory != .control
        }
        if let invisible { return "contains the invisible character \(invisible.escapedForm); remove it" }
        guard !isBlock, let quote = [text.first, text.last].compactMap(\.self).first(where: quotes.contains) else {
            return nil
        }
        return "has the typographic quotation mark `\(quote)` at its \(quote == text.first ? "start" : "end"); "
            + "use `\"` or `'`, or none"
    }
}

extension Unicode.Scalar {
    /// Whether the character is invisible or changes how other characters are shown: control characters, bidirectional
    /// controls, characters without width, line separators, tags, and blanks other than the space.
    public var isInvisible: Bool {
        switch properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .unassigned, .privateUse: true
        case .spaceSeparator: self != " "
        default: properties.isDefaultIgnorableCodePoint || self == "\u{2800}"
        }
    }

    /// The character in the form `\u{200B}`.
    public var escapedForm: String { "\\u{\(String(value, radix: 16, uppercase: true))}" }
}

extension String {
    /// The text with each invisible character replaced by its escaped form. Tabs and newlines are kept.
    public var escapingInvisible: String {
        guard unicodeScalars.contains(where: { $0.isInvisible && $0 != "\n" && $0 != "\t" }) else { return self }
        var text = ""
        for scalar in unicodeScalars {
            if scalar.isInvisible, scalar != "\n", scalar != "\t" {
                text += scalar.escapedForm
            } else {
                text.unicodeScalars.append(scalar)
            }
        }
        return text
    }

    /// The lines of a host's text, joined with spaces.
    package var joinedLines: String { split(whereSeparator: \.isNewline).joined(separator: " ") }
}

extension ExternalText.Fault: LocalizedError {
    public var errorDescription: String? { text }
}
