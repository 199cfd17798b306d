import Alerts
import ConfigurationFiles
import Diagnostics
import Engine
import Foundation
import Guests
import MailChecks
import RemoteShell
import Resources
import Sites

/// One drill: holds the canaries, sends them from outside, releases them, and accounts for each.
struct DrillRun<Connector: SMTPConnector>: Sendable {
    let site: String
    /// The guest's host name.
    let host: String
    let primary: PrimaryServer
    let order: DrillOrder
    let canaries: [Canary]
    let run: String
    /// The address of the canaries.
    let recipient: String
    let guest: SSHConnection
    /// Connects to the backup from outside.
    let connector: Connector
    let arrivals: any ArrivalSource
    let recall: DrillRecall
    let record: DrillRecord

    private var stateStore: StateStore { recall.stateStore }
    private func report(_ event: Event) { recall.report(event) }
    /// The interval between two checks, which is the resolution of the time line.
    private static var beat: Duration { .milliseconds(500) }

    /// - Throws: ``DrillError`` if the drill cannot run, `ShellError`, `CancellationError`. In any case, the hold is
    ///   removed, or the state still records it.
    func rehearse() async throws {
        try await lookAhead()
        do {
            try await holdBack()
            try await send()
            try await awaitQueue()
            try await keep()
        } catch {
            await giveUp()
            try Task.checkCancellation()
            throw error
        }
        try await uninterrupted { try await release() }
        try await awaitArrivals()
        record.begin(.end)
    }

    /// Checks that both servers accept the recipient and that the arrivals can be read, before anything is changed.
    private func lookAhead() async throws {
        let relay = PrimaryConnector(primary: primary, guest: guest.shell)
        try await look(at: host, through: connector, as: "localhost.localdomain")
        try await look(at: primary.name.description, through: relay, as: host)
        _ = try await arrivals.look(forRun: run)
    }

    private func look(at server: String, through connector: some SMTPConnector, as name: String) async throws {
        let reply = try await RecipientProbe(recipient: recipient, host: name).ask(through: connector)
        guard reply.isPositive else {
            throw DrillError.refused(by: server, address: recipient, reply: reply.description)
        }
    }

    /// Holds the canaries. The state is written first, so that a later run can revert the hold after a crash.
    private func holdBack() async throws {
        record.begin(.hold)
        try await uninterrupted {
            try stateStore.update { state in
                state.drill = .init(run: run, address: recipient, since: record.started, start: order.failover?.start)
            }
            guard let failover = order.failover else { return try await place() }
            try await DrillRecall.run(failover.stop, to: .stop, site: site)
            report(.note("stopped the primary: `\(failover.stop)`"))
        }
        if let failover = order.failover { try await awaitAbsence(after: failover.stop) }
    }

    private func place() async throws {
        let script = DrillHold.place(on: recipient, run: run)
        report(.sent(script: script.description))
        let answer = try await guest.query([script])[0]
        switch answer.exit {
        case 0: report(.note("holding mail to \(recipient), and no other mail"))
        case DrillHold.noTable: throw DrillError.noTable(site: site)
        case DrillHold.taken: throw DrillError.taken(address: recipient)
        default: throw DrillError.notHeld(address: recipient, reason: answer.tail)
        }
    }

    /// Waits until the primary no longer accepts mail. A stopped service may take a moment to close its port.
    private func awaitAbsence(after command: String) async throws {
        let end = ContinuousClock.now + .seconds(20)
        while true {
            let state = PrimaryState(try await guest.query([PrimaryState.probe(primary)])[0])
            guard let state, state.state == .answers else { return }
            guard ContinuousClock.now < end else {
                throw DrillError.stillThere(command: command, evidence: state.evidence)
            }
            try await Task.sleep(for: Self.beat)
        }
    }

    private func send() async throws {
        record.begin(.send)
        let sender = CanarySender(host: host, recipient: recipient)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                while true {
                    // If ssh is interrupted during a query, it reports an error.
                    try await uninterrupted { try await lookAtQueue() }
                    try await Task.sleep(for: Self.beat)
                }
            }
            try await sender.send(canaries, through: connector) { [record] in record.note($0, $1) }
            group.cancelAll()
            do { try await group.waitForAll() } catch is CancellationError {}
        }
        try Task.checkCancellation()
        report(.note("sent \(record.tally.accepted) of \(canaries.count) messages"))
    }

    private func awaitQueue() async throws {
        let end = ContinuousClock.now + .seconds(30)
        repeat {
            try await lookAtQueue()
            if record.mostQueued >= record.tally.accepted { break }
            try await Task.sleep(for: Self.beat)
        } while ContinuousClock.now < end
        record.begin(.queued)
        report(.note("\(record.mostQueued) of \(record.tally.accepted) messages are in the backup's queue"))
    }

    private func keep() async throws {
        if order.hold > 0 { report(.waiting("holding the messages for \(order.hold) s")) }
        let end = ContinuousClock.now + .seconds(order.hold)
        while ContinuousClock.now < end {
            try await Task.sleep(for: min(Self.beat, end - .now))
            try await lookAtQueue()
        }
        // No canary may have arrived yet.
        try await lookAtBoth()
    }

    private func release() async throws {
        record.begin(.release)
        if try await recall.startPrimary(), let failover = order.failover {
            report(.note("started the primary: `\(failover.start)`"))
        }
        try await recall.lift(through: guest)
        if order.failover != nil { try await flush() }
        report(.note("released the messages and retried their delivery"))
    }

    /// Retries the queue. After a failover, this includes mail that arrived during the drill, because it waits for the
    /// primary that the drill stopped.
    private func flush() async throws {
        _ = try await guest.query([order.failover == nil ? CanaryQueue.flush(record.queued) : CanaryQueue.flushAll])
    }

    private func awaitArrivals() async throws {
        let end = ContinuousClock.now + .seconds(order.patience)
        var beats = 0
        while true {
            try await lookAtBoth()
            beats += 1
            if record.tally.isSettled { break }
            guard ContinuousClock.now < end else { break }
            try await Task.sleep(for: Self.beat)
            if beats % 10 == 0, !record.queued.isEmpty { try await flush() }
        }
        // A second copy can arrive later than the first.
        try await Task.sleep(for: .seconds(3))
        try await lookAtBoth()
        if !record.queued.isEmpty {
            record.note(try DeferralReason.reasons(in: try await guest.query([DeferralReason.question])[0]))
        }
        report(.note("\(record.tally.arrived) of \(canaries.count) messages have arrived"))
    }

    private func lookAtQueue() async throws { record.note(queued: try await queued(), copies: nil) }

    private func lookAtBoth() async throws {
        // Check the queue first: a message that leaves it between the two checks is then found at the primary.
        let queued = try await queued()
        record.note(queued: queued, copies: try await arrivals.look(forRun: run))
    }

    private func queued() async throws -> Set<String> {
        try CanaryQueue(try await guest.query([CanaryQueue.look(for: recipient)])[0]).ids
    }

    /// Reverts the drill after an error. An error here is only noted, so that the first error is reported.
    private func giveUp() async {
        do {
            try await uninterrupted {
                try await recall.startPrimary()
                try await recall.lift(through: guest)
            }
        } catch {
            report(.note("cannot remove the drill's hold: \(ErrorDescription(error).text)"))
        }
    }
}
