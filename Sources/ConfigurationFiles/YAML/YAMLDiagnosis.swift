import Diagnostics
import Yams

/// Explains why the YAML parser refuses a text: on which line, what is wrong, and what to write instead.
///
/// It never quotes a value, because a value in the wrong place may be a secret.
struct YAMLDiagnosis {
    package let text: String
    private let lines: [String]

    init(of text: String) {
        self.text = text
        lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).map(String.init)
    }

    /// Returns the message for a parser error and its line, counted from 1. The line is nil if the whole file is meant.
    package func explain(_ error: YamlError) -> (line: Int?, words: String) {
        switch error {
        case .scanner(let context, let problem, let mark, _), .parser(let context, let problem, let mark, _),
            .composer(let context, let problem, let mark, _):
            let (line, words) = explain(problem, at: mark, context)
            return (line, "invalid YAML: \(words)")
        case .duplicatedKeysInMapping(let keys, let context): return explainRepeated(keys, in: context)
        case .reader(let problem, let offset, _, _):
            let line = offset.map { text.prefix($0).count(where: \.isNewline) + 1 }
            return (line, "invalid YAML: \(problem)")
        case .no, .memory, .writer, .emitter, .representer, .dataCouldNotBeDecoded:
            return (nil, "invalid YAML: the parser failed")
        }
    }

    private func explain(_ problem: String, at mark: Yams.Mark, _ context: YamlError.Context?) -> (Int, String) {
        let line = line(mark.line)
        let before = line.prefix(mark.column - 1)
        let opening = context?.mark.line ?? mark.line
        let isFirst = before.allSatisfy(\.isWhitespace)
        if line.prefix(while: \.isWhitespace).contains("\t") || problem.contains("tab character") {
            return (mark.line, "the line is indented with a tab; indent with spaces")
        }
        switch context?.text ?? "" {
        case _ where problem.contains("cannot start any token") || problem.contains("expected node content"):
            return (mark.line, Self.reserved(line.dropFirst(mark.column - 1).first))
        case let part where part.contains("directive"): return (mark.line, Self.reserved("%"))
        case let part where part.contains("an alias") || problem.contains("alias"):
            return (mark.line, Self.reserved("*") + "; without quotes, `*NAME` repeats the value marked `&NAME` above")
        case let part where part.contains("an anchor"): return (mark.line, Self.reserved("&"))
        case let part where part.contains("quoted scalar"):
            return problem.contains("escape")
                ? (mark.line, "`\\` begins an escape within double quotes; use single quotes")
                : (opening, "the quotation mark that opens on this line is not closed; close it")
        case let part where part.contains("flow sequence"):
            return (opening, "the `[` on this line is not closed; add `]`, or put values with `[`, `]`, `,` in quotes")
        case let part where part.contains("flow mapping"):
            return (opening, "the `{` on this line is not closed; add `}`, or put values with `{`, `}`, `,` in quotes")
        case let part where part.contains("block scalar"):
            return (opening, "only a comment can follow `|` or `>`; put the text on the next lines, indented")
        case let part where part.contains("simple key"):
            return (opening, "the line has no `: `; expected `KEY: VALUE`, with a space after the colon")
        case _ where problem.contains("another document"):
            return (mark.line, "`---` begins a second document; use one document per file")
        case _ where problem.contains("mapping values are not allowed"):
            return before.dropLast().contains(": ")
                ? (mark.line, "the value contains `: `; put the whole value in quotes")
                : (mark.line, Self.indentation)
        case _ where problem.contains("sequence entries are not allowed"):
            return (mark.line, "a list cannot begin after `KEY: `; put each `- ITEM` on a separate line")
        case _ where problem.contains("mapping keys are not allowed"):
            return (mark.line, Self.reserved("?"))
        case _ where problem.contains("expected key") || problem.contains("expected '-'"):
            return (
                mark.line,
                isFirst
                    ? Self.indentation
                    : "text follows the end of a value; put the whole value in quotes, close each quotation mark, "
                        + "and write `''` for `'` within single quotes"
            )
        case _: return (mark.line, problem)
        }
    }

    private static let indentation =
        "wrong indentation; indent the line like the other keys or items of its section, "
        + "and give no value to a key that has a section"

    private static func reserved(_ character: Character?) -> String {
        guard let character else { return "a value is missing" }
        return "a key or value cannot begin with `\(character)`; put it in quotes"
    }

    /// Returns the line of the second of two equal keys, because the first may be the correct one.
    private func explainRepeated(_ keys: [String], in context: YamlError.Context) -> (line: Int?, words: String) {
        let indent = String(repeating: " ", count: max(0, context.mark.column - 1))
        guard let key = keys.sorted().first else { return (context.mark.line, "invalid YAML: duplicate key") }
        let places = (context.mark.line...max(context.mark.line, lines.count)).filter { number in
            // The first key of a list item follows its `- `.
            let line = line(number)
            guard number == context.mark.line || line.hasPrefix(indent) else { return false }
            let rest = line.dropFirst(indent.count)
            return [key, "'\(key)'", "\"\(key)\""].contains { word in
                rest.hasPrefix(word) && rest.dropFirst(word.count).drop { $0 == " " }.first == ":"
            }
        }
        guard places.count > 1 else {
            return (context.mark.line, "duplicate key `\(key)` in one mapping; keep one of them")
        }
        return (places[1], "duplicate key `\(key)`, here and on line \(places[0]); keep one of them")
    }

    private func line(_ number: Int) -> String { lines.indices.contains(number - 1) ? lines[number - 1] : "" }
}

extension YAMLDiagnosis {
    /// The line and description of the first character that an editor does not show but that changes how YAML reads the
    /// text; nil if there is none.
    package var invisible: (line: Int, words: String)? {
        var isIndentation = true
        var number = 1
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\n":
                number += 1
                isIndentation = true
            case " ", "\t", "\r": break
            case "\u{FEFF}", "\u{200B}", "\u{2060}":
                return (number, "\(Self.name(scalar)), which is invisible; delete it")
            case _ where isIndentation && scalar.properties.isWhitespace:
                return (number, "\(Self.name(scalar)) in its indentation; use spaces")
            case _ where scalar.properties.generalCategory == .control && scalar != "\u{85}":
                return (number, "\(Self.name(scalar)), a control character; delete it")
            default: isIndentation = false
            }
        }
        return nil
    }

    private static func name(_ scalar: Unicode.Scalar) -> String {
        let code = String(scalar.value, radix: 16, uppercase: true)
        return "the line has U+" + String(repeating: "0", count: max(0, 4 - code.count)) + code
    }
}
