import Diagnostics
import Foundation

/// The value of a `{{ name }}` in a playbook.
public enum Variable: Sendable, Hashable {
    case text(String)
    case list([String])
    /// A boolean that only a step's `when` can use.
    case flag(Bool)
    /// A secret that only a parameter of that type can use.
    case secret(SecretSource)
    /// A value that only a parameter of its type can use.
    case value(TypedValue)
}

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
        var filled = ""
        var rest = text[...]
        while let open = rest.range(of: "{{") {
            guard let close = rest[open.upperBound...].range(of: "}}") else {
                throw Refusal(text: "`{{` is not closed; add `}}`")
            }
            let name = rest[open.upperBound..<close.lowerBound].trimmingCharacters(in: .whitespaces)
            guard case .text(let value) = try value(of: name, in: variables) else {
                throw Refusal(text: "`{{ \(name) }}` is a list; it cannot be part of a string")
            }
            filled += rest[..<open.lowerBound] + value
            rest = rest[close.upperBound...]
        }
        return .text(filled + rest)
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
            throw Refusal(text: "`{{ \(name) }}` is a secret; use it only as the whole value of a key for a secret")
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
