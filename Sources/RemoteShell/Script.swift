public import Secrets

/// A POSIX shell script in which every interpolated value is one quoted word.
///
/// There is no initializer from a plain `String`: a value read from YAML can become an argument of a command, but
/// never a command.
public struct Script: Sendable, Hashable, ExpressibleByStringInterpolation, CustomStringConvertible {
    /// The text that the shell gets.
    package let text: String
    /// The text for messages: the same as ``text`` without the secrets.
    public let description: String

    public init(stringLiteral value: String) {
        text = value
        description = value
    }

    public init(stringInterpolation: StringInterpolation) {
        text = stringInterpolation.text
        description = stringInterpolation.description
    }

    /// Builds both forms of a script.
    public struct StringInterpolation: StringInterpolationProtocol {
        fileprivate var text = ""
        fileprivate var description = ""

        public init(literalCapacity: Int, interpolationCount: Int) {
            text.reserveCapacity(literalCapacity)
            description.reserveCapacity(literalCapacity)
        }

        public mutating func appendLiteral(_ literal: String) {
            text += literal
            description += literal
        }

        /// Appends one quoted word.
        public mutating func appendInterpolation(_ word: String) { appendLiteral(Script.quoted(word)) }

        /// Appends several words, each quoted, separated by spaces.
        public mutating func appendInterpolation(_ words: [String]) {
            appendLiteral(words.map(Script.quoted).joined(separator: " "))
        }

        /// Appends a number, which needs no quotes.
        public mutating func appendInterpolation(_ number: Int) { appendLiteral(String(number)) }

        /// Appends one quoted word that is shown as `•••`.
        public mutating func appendInterpolation(_ secret: Secret) {
            text += Script.quoted(secret.reveal())
            description += secret.description
        }

        /// Appends another script unchanged.
        public mutating func appendInterpolation(_ script: Script) {
            text += script.text
            description += script.description
        }
    }

    /// Joins scripts, each on its own lines.
    public static func lines(_ scripts: [Script]) -> Script {
        scripts.isEmpty ? "" : scripts.dropFirst().reduce(scripts[0]) { "\($0)\n\($1)" }
    }

    /// Quotes a word for the POSIX shell (XCU 2.2.2): between single quotes, only the single quote itself is special.
    static func quoted(_ word: String) -> String {
        "'" + word.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
    }
}

/// Keeps secrets out of a debugger, `dump`, and errors that contain a script.
extension Script: CustomDebugStringConvertible, CustomReflectable {
    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: ["description": description]) }
}
