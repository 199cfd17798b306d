import RemoteShell

/// Takes back what a drill does to a site, in this run or one that died: the primary is started, then the hold is lifted.
/// What was done is struck out of the state at once, so whoever dies in between leaves the rest to the next.
struct DrillRecall: Sendable {
    let site: String
    let ledger: Ledger
    let report: Report

    /// Runs the command that the state owes to a primary that was stopped.
    ///
    /// - Throws: ``DrillError/commandFailed(purpose:command:site:reason:)``; it is owed as before.
    /// - Returns: whether there was one.
    @discardableResult
    func startPrimary() async throws -> Bool {
        guard let command = ledger.state.drill?.start else { return false }
        try await Self.run(command, to: .start, site: site)
        try ledger.update { $0.drill?.start = nil }
        return true
    }

    /// - Throws: `ShellError`, ``DrillError/notLifted(site:reason:)``
    /// - Returns: whose mail was held.
    @discardableResult
    func lift(through guest: SSHConnection) async throws -> [String] {
        report(.sent(script: DrillHold.lift.description))
        let answer = try await guest.query([DrillHold.lift])[0]
        let held: [String]
        do { held = try DrillHold.lifted(answer) } catch let error as UnreadableAnswer {
            throw DrillError.notLifted(site: site, reason: error.answer.tail)
        }
        try ledger.update { $0.drill = nil }
        if !held.isEmpty { try await deliver(held, through: guest) }
        return held
    }

    /// Has what was held tried at once, and nothing else: a drill is not to disturb what waits for reasons of its own.
    private func deliver(_ recipients: [String], through guest: SSHConnection) async throws {
        let found = try await guest.query(recipients.map { CanaryQueue.look(for: $0) }).map { try CanaryQueue($0).ids }
        let ids = found.reduce(into: Set<String>()) { $0.formUnion($1) }
        if !ids.isEmpty { _ = try await guest.query([CanaryQueue.flush(ids)]) }
    }

    /// Runs a command that the person at the keyboard has given, by this machine's `sh`.
    static func run(_ command: String, to purpose: DrillError.Purpose, site: String) async throws {
        // Half of a start or a stop would leave the primary in a state that nobody knows.
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
