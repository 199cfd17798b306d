/// The parts of a site that the inventory gives, in the order in which mail is let through them.
struct SiteParts: Sendable {
    let parts: [any SitePart]
    let report: Report

    /// What `up` would change in each.
    func plan(for guest: GuestHost.Found?) async throws -> [Plan.StepPlan] {
        var plans: [Plan.StepPlan] = []
        for part in parts { plans.append(.init(step: part.name, changes: try await part.plan(for: guest))) }
        return plans
    }

    /// - Returns: the names of those that were changed.
    func prepare(for guest: GuestHost.Found) async throws -> Set<String> {
        var changed: Set<String> = []
        for part in parts {
            try Task.checkCancellation()
            if try await tell(part, { try await part.prepare(for: guest) }) { changed.insert(part.name) }
        }
        return changed
    }

    /// - Parameter prepared: the names of those that were changed before; they are not as they were.
    func publish(for guest: GuestHost.Found, after proof: ProofSource, prepared: Set<String>) async throws {
        for part in parts {
            try Task.checkCancellation()
            var isOurs = true
            let isChanged = try await tell(part) {
                let changes = try await part.publish(for: guest, after: proof)
                isOurs = changes != nil
                return changes ?? []
            }
            if isOurs, !isChanged, !prepared.contains(part.name) { report(.unchanged(step: part.name)) }
        }
    }

    /// In the other order: senders are turned away before the ways to the guest are closed.
    func withdraw(from guest: GuestHost.Found?, now: Bool) async throws {
        for part in parts.reversed() {
            try Task.checkCancellation()
            try await tell(part) { try await part.withdraw(from: guest, now: now) }
            if !now { try await part.awaitWithdrawal() }
        }
    }

    func forget() async throws {
        for part in parts.reversed() { try await tell(part) { try await part.forget() } }
    }

    /// - Returns: whether anything was changed.
    @discardableResult
    private func tell(_ part: any SitePart, _ act: () async throws -> [Change]) async throws -> Bool {
        let start = ContinuousClock.now
        let changes = try await act()
        guard !changes.isEmpty else { return false }
        report(.changed(step: part.name, changes, took: ContinuousClock.now - start))
        return true
    }
}
