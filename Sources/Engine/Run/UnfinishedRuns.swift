import ConfigurationFiles
import Foundation
import Synchronization

/// The runs of this process that have no journal entry yet.
public enum UnfinishedRuns {
    private static let all = Mutex<[ObjectIdentifier: UnfinishedRun]>([:])

    package static func add(_ run: UnfinishedRun) { all.withLock { $0[ObjectIdentifier(run)] = run } }
    package static func remove(_ run: UnfinishedRun) {
        all.withLock { _ = $0.removeValue(forKey: ObjectIdentifier(run)) }
    }

    /// Writes the journal entry of each run as interrupted. Call it before the process exits.
    public static func interruptAll() {
        for run in all.withLock({ $0 }).values { try? run.end(with: CancellationError()) }
    }
}

/// A run that will write exactly one journal entry, however it ends.
package final class UnfinishedRun: Sendable {
    private let journal: Journal
    private let entry: @Sendable ((any Error)?) -> JournalEntry
    /// Held while the entry is written, so that the process does not exit in the middle of it.
    private let isWritten = Mutex(false)

    package init(_ journal: Journal, entry: @escaping @Sendable ((any Error)?) -> JournalEntry) {
        self.journal = journal
        self.entry = entry
    }

    /// Writes the entry, unless it was written already.
    ///
    /// - Throws: ``StateError/unwritable(path:reason:)``
    package func end(with error: (any Error)?) throws {
        try isWritten.withLock { isWritten in
            guard !isWritten else { return }
            isWritten = true
            try journal.append(entry(error))
        }
    }
}

extension Error {
    /// Whether the user has cancelled the run, rather than a failure.
    public var isInterruption: Bool {
        if self is CancellationError { return true }
        if case .interrupted? = self as? SecretError { return true }
        return false
    }
}
