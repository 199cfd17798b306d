import ConfigurationFiles
import Resources

/// One part of a run that is sent in one round trip.
package enum Stage: Sendable {
    /// Steps that are repaired in one round trip, and the unchanged steps between them.
    case mend([Engine.StepAssessment])
    /// All verifications up to a place in the playbook, so that the last of these stages verifies all of the guest.
    case verify([VerificationStep], isFinal: Bool)

    /// Divides the steps into as few stages as possible. Verifications divide them, and so does a step that runs alone.
    /// Verifications without a resource between them are one stage. A step that starts a service is the last of its stage, because starting the service does the work of the
    /// pending handlers of the steps before it.
    package static func all(of survey: [Engine.StepAssessment]) -> [Stage] {
        var stages: [Stage] = []
        var entries: [Engine.StepAssessment] = []
        var verifications: [VerificationStep] = []
        let last = survey.last { $0.step.verification != nil }?.step.id
        func close() {
            if !entries.isEmpty { stages.append(.mend(entries)) }
            entries = []
        }
        for entry in survey {
            switch (entry.step.action, entry.assessment) {
            case (.verification(let verification), _):
                close()
                verifications.append(VerificationStep(verification: verification, step: entry.step.id))
                if stages.last?.isVerification == true { stages.removeLast() }
                stages.append(.verify(verifications, isFinal: entry.step.id == last))
            case (.resource, .converged):
                entries.append(entry)
            case (.resource(let resource), .drifted(_, _, _, let begins)):
                if resource.goesAlone { close() }
                entries.append(entry)
                if resource.goesAlone || !begins.isEmpty { close() }
            }
        }
        close()
        return stages
    }

    package var isDrifted: Bool {
        switch self {
        case .mend(let entries): entries.contains(where: \.isDrifted)
        case .verify: false
        }
    }

    /// Whether it opens a port for mail, which is allowed only after a verification.
    package var publishes: Bool {
        switch self {
        case .mend(let entries):
            entries.contains { entry in
                entry.isDrifted && entry.step.resource.map { type(of: $0).publishes } ?? false
            }
        case .verify: false
        }
    }

    var isVerification: Bool {
        switch self {
        case .mend: false
        case .verify: true
        }
    }
}

extension Resource {
    /// Whether the step runs in its own round trip: because another host is contacted before the next step, or because
    /// it takes long and the display shows what the run waits for.
    fileprivate var goesAlone: Bool {
        Self.takesLong || self is any EnrollsKey || self is any Deferrable || self is any ConfirmedByNewLogin
    }
}
