/// All changes for a site, in order; nothing done yet.
public struct Plan: Sendable {
    /// What differs in the guest itself: its existence, configuration, power state.
    public var guest: [Change] = []
    /// What each step would change. Empty where there is no running guest to ask.
    public var steps: [StepPlan] = []
    /// Steps that cannot be asked before the guest runs.
    public var unasked: [String] = []
    /// What differs around the guest: firewalls, the router's port forward, the public DNS.
    public var parts: [StepPlan] = []
    /// Reloads and restarts that an earlier run left unpaid.
    public var owed: [Trigger] = []
    public var owesVerification = false

    public var isEmpty: Bool {
        guest.isEmpty && unasked.isEmpty && owed.isEmpty && !owesVerification
            && (steps + parts).allSatisfy(\.changes.isEmpty)
    }

    /// What one step, or one part of the site, would change.
    public struct StepPlan: Sendable, Equatable {
        public var step: String
        public var changes: [Change]

        public init(step: String, changes: [Change]) {
            self.step = step
            self.changes = changes
        }
    }
}
