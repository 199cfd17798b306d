import Alerts
import Engine
import Guests
import RemoteShell
import Resources
import Sites

/// Reverts what a drill changed at a site, in this run or in one that crashed: starts the primary, then removes the
/// hold. Each step is removed from the state as soon as it is done, so that the next run can complete an interrupted
/// one.
struct DrillRecall: Sendable {
    let site: String
    let stateStore: StateStore
    let report: EventHandler

    /// Runs the pending start command of a stopped primary, if the state has one.
    ///
    /// - Throws: ``DrillError/commandFailed(purpose:command:site:reason:)``; the command then stays pending.
    /// - Returns: Whether there was a pending command.
    @discardableResult
    func startPrimary() async throws -> Bool {
        guard let command = stateStore.state.drill?.start else { return false }
        try await Self.run(command, to: .start, site: site)
        try stateStore.update { $0.drill?.start = nil }
        return true
    }

    /// - Throws: `ShellError`, ``DrillError/notLifted(site:reason:)``
    /// - Returns: The addresses whose mail was held.
    @discardableResult
    func lift(through guest: SSHConnection) async throws -> [String] {
        report(.sent(script: DrillHold.lift.description))
        let answer = try await guest.query([DrillHold.lift])[0]
        let held: [String]
        do { held = try DrillHold.lifted(answer) } catch let error as UnreadableAnswer {
            throw DrillError.notLifted(site: site, reason: error.answer.tail)
        }
        try stateStore.update { $0.drill = nil }
        if !held.isEmpty { try await deliver(held, through: guest) }
        return held
    }

    /// Retries the held messages at once, and no others: a drill must not affect mail that is deferred for other
    /// reasons.
    private func deliver(_ recipients: [String], through guest: SSHConnection) async throws {
        let found = try await guest.query(recipients.map { CanaryQueue.look(for: $0) }).map { try CanaryQueue($0).ids }
        let ids = found.reduce(into: Set<String>()) { $0.formUnion($1) }
        if !ids.isEmpty { _ = try await guest.query([CanaryQueue.flush(ids)]) }
    }

    /// Runs a command of the user with this machine's `sh`.
    static func run(_ command: String, to purpose: DrillError.Purpose, site: String) async throws {
        // An interrupted start or stop would leave the primary in an unknown state.
        let answer = try await uninterrupted {
            try await ProcessShell.operators.run(
                "exec sh -c \(command) </dev/null", Wait(.change, for: "`\(command)`"))
        }
        guard answer.exit == 0 else {
            throw DrillError.commandFailed(
                purpose: purpose, command: command, site: site, reason: "exit status \(answer.exit)\n\(answer.tail)")
        }
    }
}
