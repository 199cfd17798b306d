import RemoteShell

/// A verification and the id of its step.
package struct VerificationStep: Sendable {
    package var verification: any Verification
    package var step: String

    package init(verification: any Verification, step: String) {
        self.verification = verification
        self.step = step
    }

    var command: RemoteCommand {
        get throws { .change(try verification.script()).named(step).pausing(verification.duration) }
    }
}

extension Step {
    /// The step's verification, or nil if the step is a resource.
    var verification: VerificationStep? {
        guard case .verification(let verification) = action else { return nil }
        return VerificationStep(verification: verification, step: id)
    }
}

extension [Step] {
    package var verifications: [VerificationStep] { compactMap(\.verification) }
    /// The last verification.
    package var verification: VerificationStep? { verifications.last }
}

extension GuestSurvey {
    var verifications: [VerificationStep] { steps.map(\.step).verifications }
}

extension [CommandResult] {
    /// The sum of the durations, or nil if one was not measured.
    var took: Duration? {
        reduce(.zero) { sum, result in sum.flatMap { sum in result.took.map { sum + $0 } } }
    }
}
