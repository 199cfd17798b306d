import Engine

/// The lines of a guest's notes that begin with one prefix and follow the ownership marker.
struct NoteLines: Sendable {
    package let prefix: String

    /// Returns what follows the prefix, line by line.
    package func values(in notes: String) -> [Substring] {
        notes.split(whereSeparator: \.isNewline).filter { $0.hasPrefix(prefix) }.map { $0.dropFirst(prefix.count) }
    }

    /// Returns the notes with these lines instead of earlier ones. Other lines are unchanged.
    package func write(_ values: [String], into notes: String) -> String {
        var lines = notes.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        lines.removeAll { $0.hasPrefix(prefix) }
        let marker = lines.firstIndex { OwnershipMarker(in: $0) != nil }
        lines.insert(contentsOf: values.map { prefix + $0 }, at: marker.map { $0 + 1 } ?? lines.endIndex)
        return lines.joined(separator: "\n")
    }
}
