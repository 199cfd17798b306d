import Diagnostics
import Foundation
import Resources
import Synchronization

/// Collects a run's events and creates its journal entry.
package final class RunRecorder: Sendable {
    package init() {}
    private let started = Date()
    private let clock = ContinuousClock.now
    private let changes = Mutex<[JournalEntry.StepChange]>([])
    private let unchanged = Mutex(0)
    private let deferred = Mutex<[String]>([])

    /// Returns an event handler that records the changes and passes every event on.
    package func listening(_ report: @escaping EventHandler) -> EventHandler {
        { [self] event in
            switch event {
            case .changed(let step, let made, _):
                changes.withLock { $0.append(.init(step: step, changes: made)) }
            case .handled(let trigger, _):
                changes.withLock { $0.append(.init(step: trigger.description, changes: [])) }
            case .deferred(let step, let reason): deferred.withLock { $0.append("\(step): \(reason)") }
            case .unchanged: unchanged.withLock { $0 += 1 }
            default: break
            }
            report(event)
        }
    }

    package var hasChanged: Bool { changes.withLock { !$0.isEmpty } }

    package var took: Duration { ContinuousClock.now - clock }

    package func summary(site: String, guest: Int?) -> Summary {
        Summary(
            site: site,
            guest: guest,
            unchanged: unchanged.withLock { $0 },
            changed: changes.withLock { $0.count { !$0.changes.isEmpty } },
            deferred: deferred.withLock { $0.count },
            took: took
        )
    }

    package func entry(who: String, command: String, guest: Int?, error: (any Error)?) -> JournalEntry {
        let made = changes.withLock { $0 }
        let waiting = deferred.withLock { $0 }
        let outcome: JournalEntry.Outcome =
            switch error {
            case let error? where error.isInterruption: .cancelled
            case .some: .failed
            case nil: waiting.isEmpty ? made.isEmpty ? .unchanged : .changed : .deferred
            }
        return JournalEntry(
            started: started,
            took: Double((took / .milliseconds(1)).rounded()) / 1000,
            who: who,
            command: command,
            guest: guest,
            outcome: outcome,
            changes: made,
            error: error.map { ErrorDescription($0).text } ?? (waiting.isEmpty ? nil : waiting.joined(separator: "\n"))
        )
    }
}
