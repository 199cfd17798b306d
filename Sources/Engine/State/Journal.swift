import ConfigurationFiles
import Diagnostics
public import Foundation
public import Resources

/// The journal entry for one run of a command on a site.
public struct JournalEntry: Codable, Sendable, Equatable {
    public enum Outcome: String, Codable, Sendable {
        case unchanged, changed, failed, cancelled
        /// Done, except for deferred steps; `error` has the reasons.
        case deferred

        /// Reads an outcome. Version 0.1 wrote `postponed` for ``deferred``.
        public init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            let name = try container.decode(String.self)
            guard let outcome = Self(rawValue: name == "postponed" ? "deferred" : name) else {
                throw DecodingError.dataCorruptedError(in: container, debugDescription: "unknown outcome `\(name)`")
            }
            self = outcome
        }
    }

    public var started: Date
    /// Duration in seconds.
    public var took: Double
    /// The operator as `user@host`.
    public var who: String
    public var command: String
    public var guest: Int?
    public var outcome: Outcome
    /// What was changed, step by step, in order.
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

/// The append-only record of a site's runs, with one JSON object on each line.
public struct Journal: Sendable {
    package let path: String

    public init(of folder: SiteFolder) { path = folder.journalPath }

    /// Appends an entry.
    ///
    /// - Throws: ``StateError/unwritable(path:reason:)``
    public func append(_ entry: JournalEntry) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        encoder.dateEncodingStrategy = .iso8601
        try DurableFile.append(line: encoder.encode(entry), to: path)
    }

    /// Returns all runs, oldest first. Skips a last line that is incomplete because of a power failure.
    ///
    /// - Throws: ``StateError/unreadable(path:reason:)``
    public func entries() throws -> [JournalEntry] {
        var seen = stat()
        guard lstat(path, &seen) == 0 else { return [] }
        guard seen.st_mode & S_IFMT == S_IFREG else {
            throw StateError.untrusted(
                path: path, reason: "it is not a regular file", advice: "rm \(CommandWord.quoted(path))")
        }
        do { return try Self.entries(in: try Data(contentsOf: URL(fileURLWithPath: path))) } catch {
            throw StateError.unreadable(path: path, reason: ErrorDescription(error).text)
        }
    }

    /// Decodes the content of a journal. Skips the last line if it has no line end.
    ///
    /// - Throws: `DecodingError`
    package static func entries(in data: Data) throws -> [JournalEntry] {
        let decoder = JSONDecoder()
        decoder.dateDecodingStrategy = .iso8601
        var lines = data.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: true)
        if let last = data.last, last != UInt8(ascii: "\n") { lines.removeLast() }
        return try lines.map { try decoder.decode(JournalEntry.self, from: Data($0)) }
    }
}
