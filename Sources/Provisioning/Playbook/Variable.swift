import Foundation

/// What a `{{ name }}` in a playbook stands for.
public enum Variable: Sendable, Hashable {
    case text(String)
    case list([String])
    /// What a step's `when` asks for, and nothing else.
    case flag(Bool)
    /// What a parameter takes that wants a secret, and nothing else.
    case secret(SecretSource)
    /// What a parameter takes that wants channels of alerts, and nothing else.
    case channels([AlertChannel])
}

/// A text in which every `{{ name }}` may stand for something else.
///
/// A list takes the place of a text only where the text is that one reference: there is no joining,
/// so that nobody has to guess what stands between the items.
struct Template {
    /// Why a text cannot be filled in, in words for the person who wrote it.
    struct Refusal: Error, Equatable {
        let text: String
    }

    let text: String

    func filled(with variables: Variables) throws(Refusal) -> Variable {
        guard text.utf8.contains(UInt8(ascii: "{")) else { return .text(text) }
        if let name = Self.reference(text) { return try value(of: name, in: variables) }
        var filled = ""
        var rest = text[...]
        while let open = rest.range(of: "{{") {
            guard let close = rest[open.upperBound...].range(of: "}}") else {
                throw Refusal(text: "`{{` is not followed by `}}`")
            }
            let name = rest[open.upperBound..<close.lowerBound].trimmingCharacters(in: .whitespaces)
            guard case .text(let value) = try value(of: name, in: variables) else {
                throw Refusal(text: "`{{ \(name) }}` is a list, and cannot be a part of a text")
            }
            filled += rest[..<open.lowerBound] + value
            rest = rest[close.upperBound...]
        }
        return .text(filled + rest)
    }

    /// What a text refers to that is one reference and nothing else.
    static func reference(_ text: String) -> String? {
        guard text.hasPrefix("{{"), text.hasSuffix("}}"), text.utf8.count >= 4 else { return nil }
        let name = text.dropFirst(2).dropLast(2)
        return name.contains { "{}".contains($0) } ? nil : name.trimmingCharacters(in: .whitespacesAndNewlines)
    }

    private func value(of name: String, in variables: Variables) throws(Refusal) -> Variable {
        let value = variables[name]
        if case .flag? = value { throw Refusal(text: "`{{ \(name) }}` is no text; it can stand in `when`") }
        if case .secret? = value {
            throw Refusal(text: "`{{ \(name) }}` is a secret; it can stand alone where one is wanted")
        }
        if case .channels? = value {
            throw Refusal(text: "`{{ \(name) }}` is channels of alerts; it can stand alone where those are wanted")
        }
        if let value { return value }
        if variables.values.isEmpty { throw Refusal(text: "`{{ \(name) }}` cannot be used here") }
        throw Refusal(text: "there is no variable `\(name)`; " + hint(for: name, among: variables.values.keys.sorted()))
    }
}
