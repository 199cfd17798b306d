import Foundation
import MailChecks
import Synchronization

/// What a drill has seen so far; several tasks write into it.
final class DrillRecord: Sendable {
    private struct Kept {
        var ledger: CanaryLedger
        var samples: [DrillReport.Sample] = []
        var phases: [DrillReport.Phase] = []
        var queued: Set<String> = []
        var early = 0
        var deferrals: [DeferralReason]?
    }

    let started = Date()
    private let begin = ContinuousClock.now
    private let kept: Mutex<Kept>

    init(_ canaries: [Canary]) { kept = Mutex(Kept(ledger: CanaryLedger(canaries))) }

    /// Seconds since the begin, to the millisecond.
    private var now: Double { Double(((ContinuousClock.now - begin) / .milliseconds(1)).rounded()) / 1000 }

    var ledger: CanaryLedger { kept.withLock { $0.ledger } }
    /// The canaries that were in the queue when it was last looked at.
    var queued: Set<String> { kept.withLock { $0.queued } }
    var mostQueued: Int { kept.withLock { $0.samples.map(\.queued).max() ?? 0 } }

    func begin(_ phase: DrillReport.Phase.Name) {
        let now = now
        kept.withLock { kept in
            kept.phases.append(.init(name: phase, at: now))
            if phase == .release { kept.early = kept.ledger.arrived }
        }
    }

    func note(_ canary: Canary, _ answer: CanarySender.Answer) {
        let now = now
        kept.withLock { $0.ledger.note(canary.number, answer, at: now) }
    }

    /// - Parameter copies: nil where the primary was not looked at.
    func note(queued: Set<String>, copies: [CanaryCopy]?) {
        let now = now
        kept.withLock { kept in
            kept.queued = queued
            kept.ledger.note(queued: queued)
            if let copies { kept.ledger.note(copies, at: now) }
            let sample = DrillReport.Sample(
                at: now, sent: kept.ledger.accepted, queued: queued.count, arrived: kept.ledger.arrived)
            // Of a long hold, in which nothing happens, begin and end are enough.
            let isSame = kept.samples.suffix(2).allSatisfy { $0.counts == sample.counts }
            if kept.samples.count > 1, isSame { kept.samples.removeLast() }
            kept.samples.append(sample)
        }
    }

    func note(_ deferrals: [DeferralReason]) {
        kept.withLock { $0.deferrals = deferrals.isEmpty ? nil : deferrals }
    }

    /// The report, as far as this has seen it.
    func fill(_ report: inout DrillReport) {
        kept.withLock { kept in
            report.messages = kept.ledger.accounts
            report.strays = kept.ledger.strays
            report.mostQueued = kept.samples.map(\.queued).max() ?? 0
            report.early = kept.early
            report.samples = kept.samples
            report.phases = kept.phases
            report.deferrals = kept.deferrals
        }
    }
}
