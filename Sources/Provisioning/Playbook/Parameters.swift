import Yams

/// The accumulating reader of one mapping in a YAML file.
///
/// It goes on after a mistake, so that all mistakes of a file are told at once. A reader that notes a mistake still
/// returns a value of its type; nothing built from it is used, because loading ends with the mistakes.
public struct Parameters {
    /// One key of the mapping with what it has.
    struct Entry {
        let line: Int
        let value: Node
    }

    let file: String
    /// Where the mapping stands, counted from 1: what is missing in it is told there.
    let line: Int
    /// What each `{{ name }}` stands for.
    var variables: Variables
    /// The keys that were asked for, in order.
    private(set) var known: [String] = []
    /// The same with the keys of the parts: `guest.network.bridge`. What a schema of the file has to have.
    private(set) var vocabulary: Set<String> = []
    public internal(set) var mistakes: [Mistake] = []

    private var entries: [String: Entry] = [:]
    private var order: [String] = []
    /// The keys whose values could not be read. What is noted of them afterwards would only repeat that.
    private var unreadable: Set<String> = []
    /// The line of each item of a list that was read.
    private var items: [String: [Int]] = [:]
    private let isMapping: Bool
    private var isFinished = false

    /// Begins with the mapping in `node`; `line` is that of the key whose value it is, where there is one.
    init(_ node: Node, file: String, line: Int? = nil, variables: Variables = Variables()) {
        self.file = file
        self.line = line ?? node.mark?.line ?? 1
        self.variables = variables
        isMapping = node.mapping != nil
        guard let mapping = node.mapping else {
            mistakes.append(Mistake(file: file, line: self.line, text: "\(node.phrase) stands where keys are wanted"))
            return
        }
        for (key, value) in mapping {
            let line = key.mark?.line ?? self.line
            guard let name = key.scalar?.string else {
                note(line, "a key is \(key.phrase); a name is wanted")
                continue
            }
            entries[name] = Entry(line: line, value: value)
            order.append(name)
        }
    }

    /// Says what is wrong with a key's value, or with the mapping where `key` is nil.
    ///
    /// `item` is the item of a list that is meant, counted from 0.
    public mutating func wrong(_ key: String?, item: Int? = nil, _ text: String) {
        // That it is no mapping at all has been said.
        if key.map(unreadable.contains) ?? !isMapping { return }
        note(line(of: key, item: item), text)
    }

    /// Notes each key that nobody asked for. To be called when all have been asked for; a second call does nothing.
    public mutating func finish() {
        guard !isFinished else { return }
        isFinished = true
        for key in order where !known.contains(key) {
            note(line(of: key), "`\(key)` is not known here; \(hint(for: key, among: known))")
        }
    }

    /// Leaves the keys that nobody asked for to what has been said about them.
    mutating func skipUnknown() { isFinished = true }

    /// Ends the reading of a file: in the file's order, and each mistake once.
    func throwMistakes() throws(Mistakes) {
        guard !mistakes.isEmpty else { return }
        var seen: Set<Mistake> = []
        let distinct = mistakes.filter { seen.insert($0).inserted }
        // `sort` does not promise to keep the order of what is equal.
        let ordered = distinct.enumerated().sorted {
            ($0.element.line ?? 0, $0.offset) < ($1.element.line ?? 0, $1.offset)
        }
        throw Mistakes(ordered.map(\.element))
    }

    /// Where a key stands, or one item of its list; the mapping's line if it is missing.
    func line(of key: String?, item: Int? = nil) -> Int {
        guard let key, let entry = entries[key] else { return line }
        guard let item, let lines = items[key], lines.indices.contains(item) else { return entry.line }
        return lines[item]
    }

    /// The value of a key, if there is one; the key is known from now on.
    mutating func entry(_ key: String) -> Entry? {
        know(key)
        guard let entry = entries[key] else { return nil }
        guard !entry.value.isNull else {
            spoil(key, "`\(key)` has no value")
            return nil
        }
        return entry
    }

    /// Makes a key one that may be given.
    mutating func know(_ key: String) {
        guard !known.contains(key) else { return }
        known.append(key)
        vocabulary.insert(key)
    }

    /// The value of a key that must be there.
    mutating func required(_ key: String) -> Entry? {
        if let entry = entry(key) { return entry }
        // One sentence is enough for what is no mapping at all.
        if isMapping, entries[key] == nil { spoil(key, "`\(key)` is missing") }
        unreadable.insert(key)
        return nil
    }

    /// Says why a key's value cannot be read.
    mutating func spoil(_ key: String, line: Int? = nil, _ text: String) {
        note(line ?? self.line(of: key), text)
        unreadable.insert(key)
    }

    mutating func remember(_ lines: [Int], ofItemsOf key: String) { items[key] = lines }

    /// Takes over what the reader of a part has noted and asked for.
    mutating func adopt(_ part: Parameters, as key: String) {
        mistakes += part.mistakes
        vocabulary.formUnion(part.vocabulary.map { "\(key).\($0)" })
    }

    mutating func note(_ line: Int, _ text: String) {
        mistakes.append(Mistake(file: file, line: line, text: text))
    }
}

extension Parameters {
    /// The keys of the mapping, in the file's order.
    var keys: [String] { order }
}

extension Node {
    /// Nothing at all, `~` or `null`; quoted, these are texts.
    var isNull: Bool {
        guard let scalar, scalar.style == .plain || scalar.style == .any else { return false }
        return ["", "~", "null", "Null", "NULL"].contains(scalar.string)
    }

    /// What a person calls it. The text itself is left out: in the wrong place it may be a secret.
    var phrase: String {
        switch self {
        case .scalar: isNull ? "nothing" : "a text"
        case .mapping: "a mapping"
        case .sequence: "a list"
        case .alias: "an alias"
        }
    }
}
