package import Engine
package import Guests
import Resources

/// The external resources that the inventory configures for a site, in the order in which they let mail through.
package struct ExternalResources: Sendable {
    package let parts: [any ExternalResource]
    let report: EventHandler

    package init(
        parts: [any ExternalResource],
        report: @escaping EventHandler
    ) {
        self.parts = parts
        self.report = report
    }

    /// Returns what `up` would change in each resource.
    package func plan(for guest: LocatedGuest?) async throws -> [Plan.StepPlan] {
        var plans: [Plan.StepPlan] = []
        for part in parts { plans.append(.init(step: part.name, changes: try await part.plan(for: guest))) }
        return plans
    }

    /// Prepares all resources.
    ///
    /// - Returns: the names of those that were changed.
    package func prepare(for guest: LocatedGuest) async throws -> Set<String> {
        var changed: Set<String> = []
        for part in parts {
            try Task.checkCancellation()
            if try await tell(part, { try await part.prepare(for: guest) }) { changed.insert(part.name) }
        }
        return changed
    }

    /// Publishes all resources.
    ///
    /// - Parameter prepared: the names of those that were changed before; they are not reported as unchanged.
    package func publish(for guest: LocatedGuest, after proof: ProofSource, prepared: Set<String>) async throws {
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

    /// Withdraws all resources in reverse order: senders stop using the guest before the paths to it are closed.
    package func withdraw(from guest: LocatedGuest?, now: Bool) async throws {
        for part in parts.reversed() {
            try Task.checkCancellation()
            try await tell(part) { try await part.withdraw(from: guest, now: now) }
            if !now { try await part.awaitWithdrawal() }
        }
    }

    package func forget() async throws {
        for part in parts.reversed() { try await tell(part) { try await part.forget() } }
    }

    /// Reports what a call has changed in a resource.
    ///
    /// - Returns: whether anything was changed.
    @discardableResult
    private func tell(_ part: any ExternalResource, _ act: () async throws -> [Change]) async throws -> Bool {
        let start = ContinuousClock.now
        let changes = try await act()
        guard !changes.isEmpty else { return false }
        report(.changed(step: part.name, changes, took: ContinuousClock.now - start))
        return true
    }
}
