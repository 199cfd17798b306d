import Foundation
import Synchronization

/// The runs of this process that have no journal entry yet.
public enum UnfinishedRuns {
    private static let all = Mutex<[ObjectIdentifier: UnfinishedRun]>([:])

    static func add(_ run: UnfinishedRun) { all.withLock { $0[ObjectIdentifier(run)] = run } }
    static func remove(_ run: UnfinishedRun) { all.withLock { _ = $0.removeValue(forKey: ObjectIdentifier(run)) } }

    /// Writes the journal entry of each, as interrupted. For a process that is about to exit.
    public static func interruptAll() {
        for run in all.withLock({ $0 }).values { try? run.end(with: CancellationError()) }
    }
}

/// A run that will write one journal entry, however it ends.
final class UnfinishedRun: Sendable {
    private let journal: Journal
    private let entry: @Sendable ((any Error)?) -> JournalEntry
    /// Held while the entry is written, so that the process does not exit in the middle of it.
    private let isWritten = Mutex(false)

    init(_ journal: Journal, entry: @escaping @Sendable ((any Error)?) -> JournalEntry) {
        self.journal = journal
        self.entry = entry
    }

    /// Writes the entry, unless it is written already.
    ///
    /// - Throws: ``StateError/unwritable(path:reason:)``
    func end(with error: (any Error)?) throws {
        try isWritten.withLock { isWritten in
            guard !isWritten else { return }
            isWritten = true
            try journal.append(entry(error))
        }
    }
}

extension Error {
    /// Whether the person has asked to stop, rather than something has failed.
    public var isInterruption: Bool {
        if self is CancellationError { return true }
        if case .interrupted? = self as? SecretError { return true }
        return false
    }
}
