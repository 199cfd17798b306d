/// What a run does in one go with what its survey has found.
enum Stage: Sendable {
    /// Steps that are mended in one round trip, and those between them that are as they should be.
    case mend([Engine.Assessed])
    case verify(Verification, step: String)

    /// As few as may be. A verification divides them, and so does a step that goes alone; one that begins a service is the
    /// last of its stage, as it pays what the steps before it owe.
    static func all(of survey: [Engine.Assessed]) -> [Stage] {
        var stages: [Stage] = []
        var entries: [Engine.Assessed] = []
        func close() {
            if !entries.isEmpty { stages.append(.mend(entries)) }
            entries = []
        }
        for entry in survey {
            switch (entry.step.action, entry.assessment) {
            case (.verification(let verification), _):
                close()
                stages.append(.verify(verification, step: entry.step.id))
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

    var isDrifted: Bool {
        switch self {
        case .mend(let entries): entries.contains(where: \.isDrifted)
        case .verify: false
        }
    }

    /// Whether it opens a way for mail: only after a proof.
    var publishes: Bool {
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
    /// Whether somebody else is asked between the remedy and the next, or one wants to see what is waited for.
    fileprivate var goesAlone: Bool {
        Self.takesLong || self is any Introduced || self is any Postponable || self is any ProvenByNewLogin
    }
}
