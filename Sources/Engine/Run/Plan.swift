public import Resources

/// All changes for a site, in order. Nothing is changed yet.
public struct Plan: Sendable {
    /// What differs in the guest's existence, configuration and power state.
    public var guest: [Change] = []
    /// What each step would change. Empty if there is no running guest to query.
    public var steps: [StepPlan] = []
    /// The steps that cannot be queried before the guest runs.
    public var unasked: [String] = []
    /// What differs outside the guest: firewalls, the router's port forward, the public DNS.
    public var parts: [StepPlan] = []
    /// Handlers that are pending from an earlier run.
    public var owed: [Handler] = []
    public var owesVerification = false

    package init(
        guest: [Change] = [], steps: [StepPlan] = [], unasked: [String] = [], parts: [StepPlan] = [],
        owed: [Handler] = [], owesVerification: Bool = false
    ) {
        self.guest = guest
        self.steps = steps
        self.unasked = unasked
        self.parts = parts
        self.owed = owed
        self.owesVerification = owesVerification
    }

    public var isEmpty: Bool {
        guest.isEmpty && unasked.isEmpty && owed.isEmpty && !owesVerification
            && (steps + parts).allSatisfy(\.changes.isEmpty)
    }

    /// What one step, or one external resource, would change.
    public struct StepPlan: Sendable, Equatable {
        public var step: String
        public var changes: [Change]

        public init(step: String, changes: [Change]) {
            self.step = step
            self.changes = changes
        }
    }
}
