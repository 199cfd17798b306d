public import Foundation

/// One run of a command on a site, as the journal keeps it.
public struct JournalEntry: Codable, Sendable, Equatable {
    public enum Outcome: String, Codable, Sendable {
        case unchanged, changed, failed, cancelled
        /// Done, but for what has to wait for somebody else; `error` says what.
        case postponed
    }

    public var started: Date
    /// Seconds.
    public var took: Double
    /// `user@host`
    public var who: String
    public var command: String
    public var guest: Int?
    public var outcome: Outcome
    /// What was changed, step by step, in the order in which it happened.
    public var changes: [StepChange]
    public var error: String?

    public struct StepChange: Codable, Sendable, Equatable {
        public var step: String
        public var changes: [Change]

        public init(step: String, changes: [Change]) {
            self.step = step
            self.changes = changes
        }
    }

    public init(
        started: Date,
        took: Double,
        who: String,
        command: String,
        guest: Int?,
        outcome: Outcome,
        changes: [StepChange],
        error: String?
    ) {
        self.started = started
        self.took = took
        self.who = who
        self.command = command
        self.guest = guest
        self.outcome = outcome
        self.changes = changes
        self.error = error
    }
}

/// The append-only record of a site's runs: one JSON object a line.
public struct Journal: Sendable {
    let path: String

    public init(of folder: SiteFolder) { path = folder.journalPath }

    /// - Throws: ``StateError/unwritable(path:reason:)``
    public func append(_ entry: JournalEntry) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        encoder.dateEncodingStrategy = .iso8601
        try DurableFile.append(line: encoder.encode(entry), to: path)
    }

    /// All runs, oldest first. A last line that a power cut left unfinished is passed over.
    ///
    /// - Throws: ``StateError/unreadable(path:reason:)``
    public func entries() throws -> [JournalEntry] {
        var seen = stat()
        guard lstat(path, &seen) == 0 else { return [] }
        guard seen.st_mode & S_IFMT == S_IFREG else {
            throw StateError.untrusted(path: path, reason: "it is not a regular file", advice: "rm \(path)")
        }
        do { return try Self.entries(in: try Data(contentsOf: URL(fileURLWithPath: path))) } catch {
            throw StateError.unreadable(path: path, reason: Complaint(error).text)
        }
    }

    /// Decodes the content of a journal without its last line if that has no end.
    ///
    /// - Throws: `DecodingError`
    static func entries(in data: Data) throws -> [JournalEntry] {
        let decoder = JSONDecoder()
        decoder.dateDecodingStrategy = .iso8601
        var lines = data.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: true)
        if let last = data.last, last != UInt8(ascii: "\n") { lines.removeLast() }
        return try lines.map { try decoder.decode(JournalEntry.self, from: Data($0)) }
    }
}
