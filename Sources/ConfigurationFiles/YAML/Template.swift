import Diagnostics
import Foundation

/// A text with `{{ name }}` references.
///
/// A list can replace a text only if the text is exactly one reference. Lists are not joined, because no separator is
/// obvious.
package struct Template {
    /// The reason why a text cannot be filled in, as a message for its author.
    package struct Refusal: Error, Equatable {
        package let text: String
    }

    package let text: String

    package func filled(with variables: Variables) throws(Refusal) -> Variable {
        guard text.utf8.contains(UInt8(ascii: "{")) else { return .text(text) }
        if let name = Self.reference(text) { return try value(of: name, in: variables) }
        let parts = try parts(with: variables) { _ in nil }
        // Without a way to keep them, no part is a secret.
        return .text(parts.reduce(into: "") { text, part in if case .text(let more) = part { text += more } })
    }

    /// Returns the text with its secrets, which are read later.
    package func filledKeepingSecrets(with variables: Variables) throws(Refusal) -> SecretText {
        SecretText(
            try parts(with: variables) { value in if case .secret(let source) = value { source } else { nil } })
    }

    /// One piece of a line: a literal text, or a reference.
    private enum Piece {
        case literal(Substring)
        case reference(String)
    }

    /// Divides the text into lines of pieces.
    private func lines() throws(Refusal) -> [[Piece]] {
        var lines: [[Piece]] = [[]]
        func append(_ literal: Substring) {
            for (index, line) in literal.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
                if index > 0 { lines.append([]) }
                lines[lines.count - 1].append(.literal(line))
            }
        }
        var rest = text[...]
        while let open = rest.range(of: "{{") {
            guard let close = rest[open.upperBound...].range(of: "}}") else {
                throw Refusal(text: "`{{` is not closed; add `}}`")
            }
            append(rest[..<open.lowerBound])
            let name = rest[open.upperBound..<close.lowerBound].trimmingCharacters(in: .whitespaces)
            lines[lines.count - 1].append(.reference(name))
            rest = rest[close.upperBound...]
        }
        append(rest)
        return lines
    }

    /// Fills in the references. In a text of several lines, a line that contains a list is repeated for each value.
    ///
    /// - Parameter secret: the source of a variable's secret, or nil if the variable is not a secret that can be kept.
    private func parts(
        with variables: Variables, secret: (Variable) -> SecretSource?
    ) throws(Refusal) -> [SecretText.Part] {
        let lines = try lines()
        var filled: [[SecretText.Part]] = []
        for line in lines {
            var lists: [String: [String]] = [:]
            var values: [String: SecretText.Part] = [:]
            for case .reference(let name) in line {
                if let source = variables[name].flatMap(secret) {
                    values[name] = .secret(source)
                    continue
                }
                switch try value(of: name, in: variables) {
                case .text(let text): values[name] = .text(text)
                case .list(let list) where lines.count > 1: lists[name] = list
                default: throw Refusal(text: "`{{ \(name) }}` is a list; it cannot be part of a string")
                }
            }
            if lists.count > 1 {
                throw Refusal(text: "\(quoted(lists.keys.sorted())) are lists in one line; expected at most one")
            }
            for item in lists.first?.value ?? [""] {
                filled.append(
                    line.map { piece in
                        switch piece {
                        case .literal(let text): .text(String(text))
                        case .reference(let name): values[name] ?? .text(item)
                        }
                    })
            }
        }
        return Array(filled.joined(separator: [.text("\n")]))
    }

    /// Returns the name in a text that is exactly one reference, or nil if the text has another form.
    package static func reference(_ text: String) -> String? {
        guard text.hasPrefix("{{"), text.hasSuffix("}}"), text.utf8.count >= 4 else { return nil }
        let name = text.dropFirst(2).dropLast(2)
        return name.contains { "{}".contains($0) } ? nil : name.trimmingCharacters(in: .whitespacesAndNewlines)
    }

    private func value(of name: String, in variables: Variables) throws(Refusal) -> Variable {
        let value = variables[name]
        if case .flag? = value { throw Refusal(text: "`{{ \(name) }}` is a boolean; use it only in `when`") }
        if case .secret? = value {
            throw Refusal(
                text:
                    "`{{ \(name) }}` is a secret; use it only as the whole value of a key for a secret, or in the `content` of a `file`"
            )
        }
        if case .value(let typed)? = value {
            throw Refusal(
                text: "`{{ \(name) }}` is \(typed.phrase); use it only as the whole value of a key for that type")
        }
        if let value { return value }
        if variables.values.isEmpty { throw Refusal(text: "`{{ \(name) }}` cannot be used here") }
        throw Refusal(text: "unknown variable `\(name)`; " + hint(for: name, among: variables.values.keys.sorted()))
    }
}
