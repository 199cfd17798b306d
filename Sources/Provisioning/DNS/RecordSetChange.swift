/// What is to change in one record set, and what it was when that was decided.
struct RecordSetChange: Sendable, Hashable {
    var set: RecordSetName
    /// All that the server has of the set: what a change is made on the condition of.
    var observed: [ZoneRecord]
    var removed: [ZoneRecord] = []
    var added: [ZoneRecord] = []

    /// For people: a record that makes place for another is one change.
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
    /// What people read of it where the set is named already.
    fileprivate var shown: String { "\(data.presentation) (\(ttl) s)" }
}
