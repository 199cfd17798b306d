import Alerts
import BackupMX
import ConfigurationFiles
import Engine
import Resources
import Sites

/// A plan as lines for people.
struct PlanText {
    let plan: Plan
    let site: String
    /// Whether all changes of a step are printed, even if there are many.
    let isVerbose: Bool

    init(_ plan: Plan, _ site: String, isVerbose: Bool = false) {
        self.plan = plan
        self.site = site
        self.isVerbose = isVerbose
    }

    var text: String {
        guard !plan.isEmpty else { return "\(site): \(summary) (\(plan.steps.count) steps unchanged)" }
        var lines = ["\(site): `up` would change"]
        if !plan.guest.isEmpty { lines += block("guest", plan.guest) }
        for step in plan.steps + plan.externalResources where !step.changes.isEmpty {
            lines += block(step.step, step.changes)
        }
        if !plan.unsurveyed.isEmpty {
            lines.append(
                "  ? the guest is stopped; these steps cannot be checked yet: \(plan.unsurveyed.joined(separator: ", ").inLine)"
            )
        }
        lines += plan.pendingHandlers.map { "  ↻ \($0.description.inLine), pending since an earlier run" }
        if plan.needsVerification { lines.append("  ✓ verify, pending since an earlier run") }
        return lines.joined(separator: "\n")
    }

    /// The number of steps and external resources that would change, as far as they can be checked. The guest counts as
    /// one.
    var count: Int {
        (plan.steps + plan.externalResources).count { !$0.changes.isEmpty } + (plan.guest.isEmpty ? 0 : 1)
    }

    /// The plan on one line.
    var summary: String {
        guard !plan.isEmpty else { return "nothing to change" }
        let pending = plan.pendingHandlers.count + (plan.needsVerification ? 1 : 0)
        let words = [
            "would change \(count)", plan.unsurveyed.isEmpty ? nil : "\(plan.unsurveyed.count) cannot be checked yet",
            pending == 0 ? nil : "\(pending) pending",
        ]
        return words.compactMap(\.self).joined(separator: ", ")
    }

    private func block(_ step: String, _ changes: [Change]) -> [String] {
        ["  ~ \(step.inLine)"] + ConsoleLine.differences(changes, isVerbose: isVerbose, most: 20, sample: 10)
    }
}

/// A plan as one JSON object. It is never shortened, because programs compare it with the result of `up`.
struct PlanJSON: Encodable {
    struct Step: Encodable {
        var step: String
        var changes: [Change]
    }

    var v = JSONLine.version
    var event = "plan"
    var site: String
    var empty: Bool
    var guest: [Change]
    var steps: [Step]
    var externalResources: [Step]
    var unsurveyed: [String]
    var pendingHandlers: [String]
    var needsVerification: Bool

    init(_ plan: Plan, site: String) {
        self.site = site
        empty = plan.isEmpty
        guest = plan.guest
        steps = Self.changing(plan.steps)
        externalResources = Self.changing(plan.externalResources)
        unsurveyed = plan.unsurveyed
        pendingHandlers = plan.pendingHandlers.map(\.description)
        needsVerification = plan.needsVerification
    }

    private static func changing(_ steps: [Plan.StepPlan]) -> [Step] {
        steps.filter { !$0.changes.isEmpty }.map { Step(step: $0.step, changes: $0.changes) }
    }
}
