import Yams

extension Parameters {
    /// One pair of a mapping whose keys the author chooses.
    public struct Pair: Sendable, Hashable {
        public var key: String
        public var value: String
        public var line: Int
    }

    /// A mapping of texts that must be there, in the file's order.
    public mutating func map(_ key: String) -> [Pair] {
        required(key).map { pairs($0, of: key) } ?? []
    }

    public mutating func optionalMap(_ key: String) -> [Pair]? {
        entry(key).map { pairs($0, of: key) }
    }

    /// A mapping with keys of its own that must be there; its keys that `read` does not ask for are noted.
    public mutating func section<T>(_ key: String, _ read: (inout Parameters) -> T) -> T? {
        required(key).map { section($0.value, of: key, line: $0.line, read) }
    }

    public mutating func optionalSection<T>(_ key: String, _ read: (inout Parameters) -> T) -> T? {
        entry(key).map { section($0.value, of: key, line: $0.line, read) }
    }

    /// A list of mappings that must be there.
    public mutating func sections<T>(_ key: String, _ read: (inout Parameters) -> T) -> [T] {
        required(key).map { list($0.value, of: key, read) } ?? []
    }

    public mutating func optionalSections<T>(_ key: String, _ read: (inout Parameters) -> T) -> [T]? {
        entry(key).map { list($0.value, of: key, read) }
    }

    private mutating func list<T>(_ node: Node, of key: String, _ read: (inout Parameters) -> T) -> [T] {
        guard let items = node.sequence else {
            spoil(key, "`\(key)` is \(node.phrase); a list is wanted")
            return []
        }
        remember(items.map { $0.mark?.line ?? line }, ofItemsOf: key)
        return items.map { section($0, of: key, line: $0.mark?.line, read) }
    }

    private mutating func section<T>(_ node: Node, of key: String, line: Int?, _ read: (inout Parameters) -> T) -> T {
        var part = Parameters(node, file: file, line: line, variables: variables)
        let value = read(&part)
        part.finish()
        adopt(part, as: key)
        return value
    }

    private mutating func pairs(_ entry: Entry, of key: String) -> [Pair] {
        guard entry.value.mapping != nil else {
            spoil(key, "`\(key)` is \(entry.value.phrase); a mapping is wanted")
            return []
        }
        // The keys are the author's own, so none of them is unknown, and none belongs to the vocabulary.
        var part = Parameters(entry.value, file: file, line: entry.line, variables: variables)
        let pairs = part.keys.map { Pair(key: $0, value: part.string($0), line: part.line(of: $0)) }
        mistakes += part.mistakes
        return pairs
    }
}
