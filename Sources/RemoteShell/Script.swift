/// A POSIX shell script in which every interpolated value is one quoted word.
///
/// There is no initializer from a plain `String`: a value read from YAML can become an argument of a command,
/// and never a command.
public struct Script: Sendable, Hashable, ExpressibleByStringInterpolation, CustomStringConvertible {
    /// What the shell is given.
    package let text: String
    /// What people are shown: the same, without the secrets.
    public let description: String

    public init(stringLiteral value: String) {
        text = value
        description = value
    }

    public init(stringInterpolation: StringInterpolation) {
        text = stringInterpolation.text
        description = stringInterpolation.description
    }

    /// Builds the two forms of a script side by side.
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

        /// One word, quoted.
        public mutating func appendInterpolation(_ word: String) { appendLiteral(Script.quoted(word)) }

        /// Several words, each quoted, with blanks between.
        public mutating func appendInterpolation(_ words: [String]) {
            appendLiteral(words.map(Script.quoted).joined(separator: " "))
        }

        /// A number, which needs no quotes.
        public mutating func appendInterpolation(_ number: Int) { appendLiteral(String(number)) }

        /// One quoted word that people see as `•••`.
        public mutating func appendInterpolation(_ secret: Secret) {
            text += Script.quoted(secret.reveal())
            description += secret.description
        }

        /// Another script, spliced as it is.
        public mutating func appendInterpolation(_ script: Script) {
            text += script.text
            description += script.description
        }
    }

    /// Scripts one after the other, each on lines of its own.
    public static func lines(_ scripts: [Script]) -> Script {
        scripts.isEmpty ? "" : scripts.dropFirst().reduce(scripts[0]) { "\($0)\n\($1)" }
    }

    /// POSIX quoting (XCU 2.2.2): nothing is special between single quotes but the single quote itself.
    static func quoted(_ word: String) -> String {
        "'" + word.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
    }
}

/// What a debugger, `dump` or an error that holds a script shows of it: no secret either.
extension Script: CustomDebugStringConvertible, CustomReflectable {
    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: ["description": description]) }
}
