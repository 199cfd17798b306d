import Alerts
import ConfigurationFiles
import Engine
import Foundation
import MailChecks
import Sites
import Synchronization

/// The observations of a drill so far. Several tasks add to it.
final class DrillRecord: Sendable {
    private struct Kept {
        var tally: DeliveryTally
        var samples: [DrillReport.Sample] = []
        var phases: [DrillReport.Phase] = []
        var queued: Set<String> = []
        var early = 0
        var deferrals: [DeferralReason]?
    }

    let started = Date()
    private let begin = ContinuousClock.now
    private let kept: Mutex<Kept>

    init(_ canaries: [Canary]) { kept = Mutex(Kept(tally: DeliveryTally(canaries))) }

    /// Seconds since the beginning, rounded to milliseconds.
    private var now: Double { Double(((ContinuousClock.now - begin) / .milliseconds(1)).rounded()) / 1000 }

    var tally: DeliveryTally { kept.withLock { $0.tally } }
    /// The canaries that were in the queue at the last check.
    var queued: Set<String> { kept.withLock { $0.queued } }
    var mostQueued: Int { kept.withLock { $0.samples.map(\.queued).max() ?? 0 } }

    func begin(_ phase: DrillReport.Phase.Name) {
        let now = now
        kept.withLock { kept in
            kept.phases.append(.init(name: phase, at: now))
            if phase == .release { kept.early = kept.tally.arrived }
        }
    }

    func note(_ canary: Canary, _ answer: CanarySender.Answer) {
        let now = now
        kept.withLock { $0.tally.note(canary.number, answer, at: now) }
    }

    /// - Parameter copies: nil if the primary was not checked.
    func note(queued: Set<String>, copies: [CanaryCopy]?) {
        let now = now
        kept.withLock { kept in
            kept.queued = queued
            kept.tally.note(queued: queued)
            if let copies { kept.tally.note(copies, at: now) }
            let sample = DrillReport.Sample(
                at: now, sent: kept.tally.accepted, queued: queued.count, arrived: kept.tally.arrived)
            // During a long hold without changes, the first and the last sample are enough.
            let isSame = kept.samples.suffix(2).allSatisfy { $0.counts == sample.counts }
            if kept.samples.count > 1, isSame { kept.samples.removeLast() }
            kept.samples.append(sample)
        }
    }

    func note(_ deferrals: [DeferralReason]) {
        kept.withLock { $0.deferrals = deferrals.isEmpty ? nil : deferrals }
    }

    /// Fills in the parts of the report that this record has.
    func fill(_ report: inout DrillReport) {
        kept.withLock { kept in
            report.messages = kept.tally.accounts
            report.strays = kept.tally.strays
            report.mostQueued = kept.samples.map(\.queued).max() ?? 0
            report.early = kept.early
            report.samples = kept.samples
            report.phases = kept.phases
            report.deferrals = kept.deferrals
        }
    }
}
