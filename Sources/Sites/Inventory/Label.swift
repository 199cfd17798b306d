package import ConfigurationFiles
import Engine
import Resources
import Yams

/// A label that selects sites: a word, `canary`, or a word with a value, `ring=canary`.
public struct Label: Sendable, Hashable, CustomStringConvertible {
    public var name: String
    public var value: String?

    /// Reads a label. Returns nil if the text is invalid.
    public init?(_ text: String) {
        guard let label = try? Label(reading: text) else { return nil }
        self = label
    }

    package init(name: String, value: String?) {
        self.name = name
        self.value = value
    }

    public var description: String { value.map { "\(name)=\($0)" } ?? name }
}

extension Label: ParsableText {
    package init(reading text: String) throws(ParseError) {
        let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        guard parts.allSatisfy(Self.isWord) else {
            throw ParseError(
                text:
                    "invalid label `\(text)`; expected `NAME` or `NAME=VALUE` of letters, digits, `.`, `_`, `/` and `-`"
            )
        }
        self.init(name: parts[0], value: parts.count > 1 ? parts[1] : nil)
    }

    /// Whether the text is a valid word. `=` and `,` are not allowed, so that a label can be given on a command line.
    static func isWord(_ text: String) -> Bool {
        let isPlain = text.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "/"),
                UInt8(ascii: "-"):
                true
            default: false
            }
        }
        return isPlain && !text.isEmpty && text.utf8.count <= 63
    }
}

extension Parameters {
    /// Reads labels from a mapping, `{ring: canary}`, or a list, `[canary, ring=early]`.
    package mutating func labels(_ key: String) -> [Label] {
        guard keys.contains(key), entry(key)?.value.mapping != nil else {
            let labels: [Label?] = read(optionalStrings(key) ?? [], of: key)
            noteRepeated(labels, key: key)
            noteSecondValues(labels, key: key)
            return labels.compactMap(\.self)
        }
        var labels: [Label] = []
        let noted = mistakes.count
        let pairs = optionalMap(key) ?? []
        // The mistake for a value that is not a text was recorded already.
        for pair in pairs where !pair.value.isEmpty || mistakes.count == noted {
            do { labels.append(try Label(reading: "\(pair.key)=\(pair.value)")) } catch {
                note(pair.line, "`\(key)`: \(error.text)")
            }
        }
        return labels
    }

    private mutating func noteSecondValues(_ labels: [Label?], key: String) {
        var seen: [String: Label] = [:]
        for (item, label) in labels.enumerated() {
            guard let label else { continue }
            if let first = seen[label.name], first != label {
                wrong(key, item: item, "`\(key)` has `\(first)` and `\(label)`; expected one value per label")
            }
            seen[label.name] = seen[label.name] ?? label
        }
    }
}
