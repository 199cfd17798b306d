import Yams

extension Parameters {
    /// One pair of a mapping whose keys are chosen by the author of the file.
    public struct Pair: Sendable, Hashable {
        public var key: String
        public var value: String
        /// The line of the key, counted from 1.
        public var line: Int
    }

    /// Returns the pairs of a required mapping of texts, in the order of the file.
    public mutating func map(_ key: String) -> [Pair] {
        required(key).map { pairs($0, of: key) } ?? []
    }

    /// Returns the pairs of a mapping of texts, or nil if the key is missing.
    public mutating func optionalMap(_ key: String) -> [Pair]? {
        entry(key).map { pairs($0, of: key) }
    }

    /// Reads a required mapping with its own keys. Keys that `read` does not query are reported as unknown.
    public mutating func section<T>(_ key: String, _ read: (inout Parameters) -> T) -> T? {
        required(key).map { section($0.value, of: key, line: $0.line, read) }
    }

    /// Reads a mapping with its own keys, or returns nil if the key is missing.
    public mutating func optionalSection<T>(_ key: String, _ read: (inout Parameters) -> T) -> T? {
        entry(key).map { section($0.value, of: key, line: $0.line, read) }
    }

    /// Reads a required list of mappings.
    public mutating func sections<T>(_ key: String, _ read: (inout Parameters) -> T) -> [T] {
        required(key).map { list($0.value, of: key, read) } ?? []
    }

    /// Reads a list of mappings, or returns nil if the key is missing.
    public mutating func optionalSections<T>(_ key: String, _ read: (inout Parameters) -> T) -> [T]? {
        entry(key).map { list($0.value, of: key, read) }
    }

    private mutating func list<T>(_ node: Node, of key: String, _ read: (inout Parameters) -> T) -> [T] {
        guard let items = node.sequence else {
            spoil(key, "`\(key)`: found \(node.phrase); expected a list")
            return []
        }
        remember(items.map { $0.mark?.line ?? line }, ofItemsOf: key)
        return items.map { section($0, of: key, line: $0.mark?.line, read) }
    }

    private mutating func section<T>(_ node: Node, of key: String, line: Int?, _ read: (inout Parameters) -> T) -> T {
        var part = Parameters(node, file: file, line: line, variables: variables)
        part.unknownOutside = unknownOutside
        let value = read(&part)
        part.finish()
        adopt(part, as: key)
        return value
    }

    private mutating func pairs(_ entry: Entry, of key: String) -> [Pair] {
        guard entry.value.mapping != nil else {
            spoil(key, "`\(key)`: found \(entry.value.phrase); expected a mapping")
            return []
        }
        // The author chooses the keys, so none of them is unknown, and none belongs to `vocabulary`.
        var part = Parameters(entry.value, file: file, line: entry.line, variables: variables)
        let pairs = part.keys.map { Pair(key: $0, value: part.string($0), line: part.line(of: $0)) }
        mistakes += part.mistakes
        return pairs
    }
}
