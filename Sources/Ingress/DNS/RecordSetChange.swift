import Engine
import Resources

/// A change of one record set, with the set's content when the change was planned.
struct RecordSetChange: Sendable, Hashable {
    package var set: RecordSetName
    /// All records of the set on the server. They are the prerequisite of the update.
    package var observed: [ZoneRecord]
    package var removed: [ZoneRecord] = []
    package var added: [ZoneRecord] = []

    /// The changes to show. A record that replaces another one counts as one change.
    var changes: [Change] {
        let count = max(removed.count, added.count)
        return (0..<count).map { index in
            Change(
                set.description,
                from: removed.indices.contains(index) ? removed[index].shown : nil,
                to: added.indices.contains(index) ? added[index].shown : nil
            )
        }
    }
}

extension ZoneRecord {
    /// The record's content and TTL, to show next to the name of the set.
    fileprivate var shown: String { "\(data.presentation) (\(ttl) s)" }
}
