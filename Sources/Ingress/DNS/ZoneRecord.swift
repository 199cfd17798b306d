/// One record of a zone.
public struct ZoneRecord: Sendable, Hashable {
    public var name: RecordName
    /// The TTL in seconds.
    public var ttl: Int
    public var data: RecordData

    public var type: RecordType { data.type }
    /// The set of records with the same name and type, for which a server keeps one TTL (RFC 2181, 5.2).
    package var set: RecordSetName { RecordSetName(name: name, type: type) }

    package init(_ name: RecordName, ttl: Int, _ data: RecordData) {
        self.name = name
        self.ttl = ttl
        self.data = data
    }

    /// Reads a line of dig's output: `name ttl IN type data`. Returns nil for any other line.
    package init?(line: some StringProtocol) {
        let words = line.split(maxSplits: 4, omittingEmptySubsequences: true) { $0 == " " || $0 == "\t" }
        guard words.count == 5, let ttl = Int(words[1]), words[2] == "IN" else { return nil }
        let type = RecordType(words[3])
        self.init(RecordName(words[0]), ttl: ttl, RecordData(type, presentation: words[4]))
    }

    /// The line of a zone file, with absolute names; nsupdate accepts the same form.
    public var line: String { "\(name.absolute) \(ttl) IN \(type) \(data.presentation)" }
}

/// The name of a record set: all records of one type at one name.
package struct RecordSetName: Sendable, Hashable, CustomStringConvertible {
    package var name: RecordName
    package var type: RecordType

    package init(
        name: RecordName,
        type: RecordType
    ) {
        self.name = name
        self.type = type
    }

    package var description: String { "\(name) \(type)" }
}
