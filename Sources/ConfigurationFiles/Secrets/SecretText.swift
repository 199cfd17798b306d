package import Secrets

/// A text with secrets that are not read yet.
public struct SecretText: Sendable, Hashable {
    package enum Part: Sendable, Hashable {
        case text(String)
        case secret(SecretSource)
    }

    private let parts: [Part]

    init(_ parts: [Part]) { self.parts = parts }
    package init(_ text: String) { parts = [.text(text)] }

    /// The text, or nil if it has a secret.
    package var plain: String? {
        var plain = ""
        for part in parts {
            guard case .text(let text) = part else { return nil }
            plain += text
        }
        return plain
    }

    /// The parts that are not secret.
    package var literals: [String] { parts.compactMap { if case .text(let text) = $0 { text } else { nil } } }

    /// Reads the secrets. The whole text is a secret then.
    ///
    /// - Throws: ``SecretError``
    package func unlocked(environment: [String: String]) throws(SecretError) -> Secret {
        var text = ""
        for part in parts {
            switch part {
            case .text(let plain): text += plain
            case .secret(let source): text += try source.read(environment: environment).reveal()
            }
        }
        return Secret(text)
    }
}
