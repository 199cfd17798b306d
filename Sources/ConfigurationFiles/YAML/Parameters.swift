import Diagnostics
package import Yams

/// A reader of one mapping in a YAML file that collects mistakes.
///
/// It continues after a mistake, so that all mistakes of a file are reported at once. A method that reports a mistake
/// still returns a value of its type. That value is never used, because loading fails with the mistakes.
public struct Parameters {
    /// A key of the mapping with its value.
    package struct Entry {
        package let line: Int
        package let value: Node
    }

    package let file: String
    /// The line of the mapping, counted from 1. Missing keys are reported on this line.
    package let line: Int
    /// The values of the `{{ name }}` references.
    package var variables: Variables
    /// The keys that were queried, in order.
    private(set) var known: [String] = []
    /// The queried keys with those of nested sections: `guest.network.bridge`. A schema of the file must contain all of
    /// them.
    private(set) var vocabulary: Set<String> = []
    /// The mistakes that were found so far.
    public package(set) var mistakes: [Mistake] = []

    private var entries: [String: Entry] = [:]
    private var order: [String] = []
    /// The keys whose values could not be read. Further mistakes in them would only repeat the first.
    private var unreadable: Set<String> = []
    /// The keys of sections and lists that contain a mistake.
    private var damaged: Set<String> = []
    /// The top-level keys of the file whose values could not be read.
    package var unknownOutside: Set<String> = []
    /// Groups of keys of which one is missing, each with its mistake in `mistakes`.
    private var absent: [(keys: [String], mistake: Mistake)] = []
    /// The lines of the items of each list that was read.
    private var items: [String: [Int]] = [:]
    private let isMapping: Bool
    private var isFinished = false

    /// Creates a reader of the mapping in `node`.
    ///
    /// - Parameter line: the line of the key whose value the mapping is, if there is one.
    package init(_ node: Node, file: String, line: Int? = nil, variables: Variables = Variables()) {
        self.file = file
        self.line = line ?? node.mark?.line ?? 1
        self.variables = variables
        isMapping = node.mapping != nil
        guard let mapping = node.mapping else {
            mistakes.append(Mistake(file: file, line: self.line, text: "found \(node.phrase); expected a mapping"))
            return
        }
        for (key, value) in mapping {
            let line = key.mark?.line ?? self.line
            guard let name = key.scalar?.string else {
                note(line, "a key is \(key.phrase); expected a string")
                continue
            }
            if let fault = ExternalText.fault(in: name) {
                note(line, "the key `\(name.escapingInvisible)` \(fault)")
            }
            // A key that is misspelled only by such a character is not reported as missing too.
            let plain = ExternalText.plain(name)
            if entries[plain] == nil { order.append(plain) }
            entries[plain] = Entry(line: line, value: value)
        }
    }

    /// Reports what is wrong with a key's value, or with the mapping if `key` is nil.
    ///
    /// - Parameter item: the index of the list item that is wrong, counted from 0.
    public mutating func wrong(_ key: String?, item: Int? = nil, _ text: String) {
        // It is already reported that this is not a mapping. A list item is separate from the other items.
        if key.map({ item == nil && unreadable.contains($0) }) ?? !isMapping { return }
        note(line(of: key, item: item), text)
        if let key { damaged.insert(key) }
    }

    /// Returns whether the values of some keys are valid, given or not, and no key is misspelled.
    ///
    /// A value that could not be read is unknown. A check that needs it must be skipped: otherwise one mistake would
    /// cause a second, false one.
    package func isKnown(_ keys: String...) -> Bool {
        isMapping && keys.allSatisfy { !unreadable.contains($0) && !damaged.contains($0) && !isMisspelled($0) }
    }

    /// Returns whether the value of a top-level key of the file could be read, for a nested section.
    package func isKnown(outside key: String) -> Bool { !unknownOutside.contains(key) }

    /// Returns whether a key is missing while a similar key is present that was not queried.
    private func isMisspelled(_ key: String) -> Bool {
        entries[key] == nil && order.contains { !known.contains($0) && nearest(to: $0, among: [key]) != nil }
    }

    /// Reports that one of some keys is missing.
    package mutating func missing(_ keys: [String], _ text: String) {
        unreadable.formUnion(keys)
        guard isMapping else { return }
        note(line, text)
        absent.append((keys, Mistake(file: file, line: line, text: text)))
    }

    /// Removes the report of a missing key if the key was only misspelled.
    private mutating func takeBack(missing key: String) {
        for note in absent where note.keys.contains(key) {
            if let index = mistakes.firstIndex(of: note.mistake) { mistakes.remove(at: index) }
        }
        absent.removeAll { $0.keys.contains(key) }
    }

    /// Reports what is wrong with items of a key's list: the first five, and how many more there are.
    package mutating func wrong(_ key: String?, items: [(item: Int?, text: String)]) {
        for fault in items.prefix(5) { wrong(key, item: fault.item, fault.text) }
        let rest = items.count - 5
        if rest > 0 { wrong(key, (key.map { "`\($0)`: " } ?? "") + "\(rest) more mistakes like these") }
    }

    /// Reports each key that was not queried. Call it after all keys were queried. A second call does nothing.
    public mutating func finish() {
        guard !isFinished else { return }
        isFinished = true
        for key in order where !known.contains(key) {
            note(line(of: key), "unknown key `\(key)`; \(hint(for: key, among: known))")
            if let meant = nearest(to: key, among: known) { takeBack(missing: meant) }
        }
    }

    /// Makes ``finish()`` skip unknown keys, because an earlier mistake already covers them.
    package mutating func skipUnknown() { isFinished = true }

    /// Throws the mistakes in the order of the file, without duplicates, if there are any.
    package func throwMistakes() throws(Mistakes) {
        guard !mistakes.isEmpty else { return }
        var seen: Set<Mistake> = []
        let distinct = mistakes.filter { seen.insert($0).inserted }
        // `sort` is not guaranteed to be stable.
        let ordered = distinct.enumerated().sorted {
            ($0.element.line ?? 0, $0.offset) < ($1.element.line ?? 0, $1.offset)
        }
        throw Mistakes(ordered.map(\.element))
    }

    /// Returns the line of a key or of one item of its list, or the line of the mapping if the key is missing.
    package func line(of key: String?, item: Int? = nil) -> Int {
        guard let key, let entry = entries[key] else { return line }
        guard let item, let lines = items[key], lines.indices.contains(item) else { return entry.line }
        return lines[item]
    }

    /// Returns the value of a key, or nil if it is missing or empty; an empty value is reported. Registers the key as
    /// known.
    package mutating func entry(_ key: String) -> Entry? {
        know(key)
        guard let entry = entries[key] else { return nil }
        guard !entry.value.isNull else {
            spoil(key, "`\(key)` has no value")
            return nil
        }
        return entry
    }

    /// Registers a key as known, so that it may be given.
    package mutating func know(_ key: String) {
        guard !known.contains(key) else { return }
        known.append(key)
        vocabulary.insert(key)
    }

    /// Returns the value of a required key. If it is missing or empty, returns nil and reports a mistake.
    package mutating func required(_ key: String) -> Entry? {
        if let entry = entry(key) { return entry }
        // If the node is not a mapping, that one report is enough.
        if entries[key] == nil { missing([key], "`\(key)` is missing") }
        unreadable.insert(key)
        return nil
    }

    /// Reports why a key's value cannot be read.
    package mutating func spoil(_ key: String, line: Int? = nil, _ text: String) {
        note(line ?? self.line(of: key), text)
        unreadable.insert(key)
    }

    /// Reports why a value of a key, or one item of its list, cannot be read.
    mutating func misread(_ key: String, item: Int?, _ text: String) {
        note(line(of: key, item: item), text)
        unreadable.insert(key)
    }

    package mutating func remember(_ lines: [Int], ofItemsOf key: String) { items[key] = lines }

    /// Adds the mistakes and queried keys of the reader of a nested section.
    package mutating func adopt(_ part: Parameters, as key: String) {
        mistakes += part.mistakes
        if !part.mistakes.isEmpty { damaged.insert(key) }
        vocabulary.formUnion(part.vocabulary.map { "\(key).\($0)" })
    }

    package mutating func note(_ line: Int, _ text: String) {
        mistakes.append(Mistake(file: file, line: line, text: text))
    }
}

extension Parameters {
    /// The keys of the mapping, in the order of the file.
    package var keys: [String] { order }
}

extension Node {
    /// Whether the node is empty, `~` or `null`. In quotes, these are texts.
    package var isNull: Bool {
        guard let scalar, scalar.style == .plain || scalar.style == .any else { return false }
        return ["", "~", "null", "Null", "NULL"].contains(scalar.string)
    }

    /// The kind of node, as shown to the user. The text itself is left out: it may be a secret in the wrong place.
    package var phrase: String {
        switch self {
        case .scalar: isNull ? "nothing" : "a string"
        case .mapping: "a mapping"
        case .sequence: "a list"
        case .alias: "an alias"
        }
    }
}
