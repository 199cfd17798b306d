public import Resources

/// All changes for a site, in order. Nothing is changed yet.
public struct Plan: Sendable {
    /// What differs in the guest's existence, configuration and power state.
    public var guest: [Change] = []
    /// What each step would change. Empty if there is no running guest to query.
    public var steps: [StepPlan] = []
    /// The steps that cannot be queried before the guest runs.
    public var unsurveyed: [String] = []
    /// What differs outside the guest: firewalls, the router's port forward, the public DNS.
    public var externalResources: [StepPlan] = []
    /// Handlers that are pending from an earlier run.
    public var pendingHandlers: [Handler] = []
    public var needsVerification = false

    package init(
        guest: [Change] = [], steps: [StepPlan] = [], unsurveyed: [String] = [], externalResources: [StepPlan] = [],
        pendingHandlers: [Handler] = [], needsVerification: Bool = false
    ) {
        self.guest = guest
        self.steps = steps
        self.unsurveyed = unsurveyed
        self.externalResources = externalResources
        self.pendingHandlers = pendingHandlers
        self.needsVerification = needsVerification
    }

    public var isEmpty: Bool {
        guest.isEmpty && unsurveyed.isEmpty && pendingHandlers.isEmpty && !needsVerification
            && (steps + externalResources).allSatisfy(\.changes.isEmpty)
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
