import Diagnostics
package import Yams

extension Parameters {
    /// Returns the text of a required key. Numbers and booleans are returned as they are written.
    public mutating func string(_ key: String) -> String {
        required(key).flatMap { text($0.value, of: key) } ?? ""
    }

    /// Returns the text of a key, or nil if the key is missing.
    public mutating func optionalString(_ key: String) -> String? {
        entry(key).flatMap { text($0.value, of: key) }
    }

    /// Returns the texts of a required list. A single text counts as a list of one item. The caller checks whether the
    /// list may be empty.
    public mutating func strings(_ key: String) -> [String] {
        required(key).map { texts($0.value, of: key) } ?? []
    }

    /// Returns the texts of a list, or nil if the key is missing.
    public mutating func optionalStrings(_ key: String) -> [String]? {
        entry(key).map { texts($0.value, of: key) }
    }

    /// Returns a required integer in decimal digits.
    public mutating func integer(_ key: String, in range: ClosedRange<Int>) -> Int {
        required(key).flatMap { number($0.value, of: key, in: range) } ?? range.lowerBound
    }

    /// Returns an integer in decimal digits, or the default if the key is missing or its value is invalid.
    public mutating func integer(_ key: String, in range: ClosedRange<Int>, default: Int) -> Int {
        optionalInteger(key, in: range) ?? `default`
    }

    /// Returns an integer in decimal digits, or nil if the key is missing or its value is invalid.
    public mutating func optionalInteger(_ key: String, in range: ClosedRange<Int>) -> Int? {
        entry(key).flatMap { number($0.value, of: key, in: range) }
    }

    /// Returns a boolean, or the default if the key is missing. Accepts `true`, `yes` and `on`, or `false`, `no` and
    /// `off`.
    public mutating func boolean(_ key: String, default: Bool) -> Bool {
        optionalBoolean(key) ?? `default`
    }

    /// Returns a boolean, or nil if the key is missing or its value is invalid.
    public mutating func optionalBoolean(_ key: String) -> Bool? {
        guard let text = optionalString(key) else { return nil }
        switch text.lowercased() {
        case "true", "yes", "on": return true
        case "false", "no", "off": return false
        default:
            spoil(key, "`\(key)`: invalid value `\(text)`; expected `true` or `false`")
            return nil
        }
    }

    /// Returns the required value of a key whose text must be the raw value of a case of `T`.
    public mutating func choice<T: RawRepresentable<String> & CaseIterable>(_ key: String, of type: T.Type = T.self)
        -> T
    {
        let chosen: T? = required(key).flatMap { word($0.value, of: key) }
        // Never fails: a type without cases has no values, so no caller can request one.
        return chosen ?? T.allCases[T.allCases.startIndex]
    }

    /// Returns the case of `T` that a key names, or the default if the key is missing or its value is invalid.
    public mutating func choice<T: RawRepresentable<String> & CaseIterable>(_ key: String, default: T) -> T {
        optionalChoice(key) ?? `default`
    }

    /// Returns the case of `T` that a key names, or nil if the key is missing or its value is invalid.
    public mutating func optionalChoice<T: RawRepresentable<String> & CaseIterable>(
        _ key: String, of type: T.Type = T.self
    ) -> T? {
        entry(key).flatMap { word($0.value, of: key) }
    }

    private mutating func word<T: RawRepresentable<String> & CaseIterable>(_ node: Node, of key: String) -> T? {
        guard let text = text(node, of: key) else { return nil }
        if let value = T(rawValue: text) { return value }
        spoil(key, "`\(key)`: invalid value `\(text)`; expected one of \(quoted(T.allCases.map(\.rawValue)))")
        return nil
    }

    private static let decimal = Pattern(/-?(0|[1-9][0-9]*)/)

    private mutating func number(_ node: Node, of key: String, in range: ClosedRange<Int>) -> Int? {
        guard let text = text(node, of: key) else { return nil }
        // Ambiguous forms are refused: YAML 1.1 reads 010 as 8 and 1:30 as 90, which may not be what the author meant.
        if Self.decimal.fits(text), let number = Int(text), range.contains(number) {
            return number
        }
        spoil(
            key,
            "`\(key)`: invalid value `\(text)`; expected an integer from \(range.lowerBound) to \(range.upperBound)")
        return nil
    }

    /// Returns the text of a scalar after its references are filled in.
    package mutating func text(_ node: Node, of key: String) -> String? {
        switch value(node, of: key) {
        case .text(let text)?: return text
        case .list?:
            spoil(key, line: node.mark?.line, "`\(key)`: found a list; expected a string")
            return nil
        case .flag?, .secret?, .value?, nil: return nil
        }
    }

    private mutating func texts(_ node: Node, of key: String) -> [String] {
        var texts: [String] = []
        var lines: [Int] = []
        for item in node.sequence.map(Array.init) ?? [node] {
            let line = item.mark?.line ?? line(of: key)
            if item.isNull {
                spoil(key, line: line, "an item of `\(key)` has no value")
                continue
            }
            switch value(item, of: key, wanted: "a string") {
            case .text(let text)?: texts.append(text)
            case .list(let list)?: texts += list
            case .flag?, .secret?, .value?, nil: break
            }
            lines += Array(repeating: line, count: texts.count - lines.count)
        }
        remember(lines, ofItemsOf: key)
        return texts
    }

    /// Returns the text of a required key, which can have secrets.
    package mutating func secretText(_ key: String) -> SecretText? {
        required(key).flatMap {
            value($0.value, of: key) { (template, variables) throws(Template.Refusal) in
                try template.filledKeepingSecrets(with: variables)
            }
        }
    }

    private mutating func value(_ node: Node, of key: String, wanted: String = "a string") -> Variable? {
        value(node, of: key, wanted: wanted) { (template, variables) throws(Template.Refusal) in
            try template.filled(with: variables)
        }
    }

    private mutating func value<T>(
        _ node: Node, of key: String, wanted: String = "a string",
        _ fill: (Template, Variables) throws(Template.Refusal) -> T
    ) -> T? {
        guard let scalar = node.scalar else {
            spoil(key, line: node.mark?.line, misplaced(node, key: key, wanted: wanted))
            return nil
        }
        if let fault = ExternalText.fault(in: scalar.string) {
            spoil(key, line: node.mark?.line, "`\(key)` \(fault)")
            return nil
        }
        do {
            return try fill(Template(text: scalar.string), variables)
        } catch {
            spoil(key, line: node.mark?.line, "`\(key)`: \(error.text)")
            return nil
        }
    }

    private func misplaced(_ node: Node, key: String, wanted: String) -> String {
        if let mapping = node.mapping, mapping.count == 1, mapping.first?.key.mapping != nil {
            return "`\(key)` begins with `{{`, which YAML reads as a mapping; put the whole value in quotes"
        }
        return "`\(key)`: found \(node.phrase); expected \(wanted)"
    }
}
