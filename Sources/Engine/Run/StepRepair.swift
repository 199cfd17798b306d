import Diagnostics
package import RemoteShell
package import Resources

/// A drifted step and its repair script.
package struct StepRepair {
    package var step: Step
    package var resource: any Resource
    package var changes: [Change]
    private var repair: Script
    /// The handlers that the repair requires.
    package var handlers: [Handler]
    /// The services whose processes the repair starts.
    package var begins: Set<String>

    /// Returns nil if the step has not drifted.
    init?(_ entry: Engine.StepAssessment) {
        guard case .resource(let resource) = entry.step.action,
            case .drifted(let changes, let repair, let handlers, let begins) = entry.assessment
        else { return nil }
        (step, self.resource, self.changes, self.repair) = (entry.step, resource, changes, repair)
        (self.handlers, self.begins) = (handlers + entry.step.then, begins)
    }

    /// Returns the repair as a remote command. If it starts a service, the protection is applied first, so that the
    /// service never runs without it.
    package func command(_ protection: ServiceProtection?) -> RemoteCommand {
        let keep = begins.isEmpty ? nil : protection?.keep
        return .change(.lines(["set -eu", keep, repair].compactMap(\.self))).named(step.id)
    }
}

extension Engine {
    /// Applies the changes that a survey has found.
    ///
    /// - Throws: ``RunError``, ``RestoredError``, `ShellError`
    package func apply(_ survey: GuestSurvey) async throws -> ApplyResult { try await EngineRun(self, survey).apply() }

    /// Verifies the guest before an external change in a run that has not changed the guest itself.
    ///
    /// - Throws: ``RunError/misbehaves(steps:_:)``, `ShellError`
    package func verify(_ steps: [Step]) async throws -> VerificationProof {
        let verifications = steps.verifications
        if verifications.isEmpty { throw RunError.noVerification }
        let (proof, took) = try await verify(verifications)
        report(.verified(proof.checks, took: took))
        return proof
    }

    /// Runs verifications in one round trip.
    ///
    /// - Throws: ``RunError/misbehaves(steps:_:)``, `ShellError`
    func verify(_ verifications: [VerificationStep]) async throws -> (proof: VerificationProof, took: Duration) {
        let answers = try await run(try verifications.map { try $0.command }, on: guest)
        return (try await proof(of: answers, to: verifications), answers.took ?? .zero)
    }

    /// Removes what version 0.1 recorded in the local state, because the guest has its own record now.
    func forgetLegacyRecord() throws {
        try stateStore.update { state in
            state.pendingHandlers = []
            state.needsVerification = false
        }
    }

    /// Enrolls the guest's key on the other host before a repair relies on it.
    package func present(_ repair: StepRepair) async throws {
        guard let resource = repair.resource as? any EnrollsKey,
            let enrollment = resource.enrollment(before: repair.changes)
        else { return }
        let answer = try await run([.change(enrollment).named(repair.step.id)], on: guest)[0]
        do { try await introduce(try resource.keyEnrollment(from: answer)) } catch let error as UnreadableAnswer {
            throw RunError.unreadable(step: repair.step.id, expected: error.expected, answer: error.answer.tail)
        }
    }

    /// Confirms a change that could have locked us out, over a connection made after it. Without the confirmation, the
    /// change is reverted automatically.
    package func confirm(_ resource: any ConfirmedByNewLogin, step: String) async throws {
        let fresh: any GuestConnection
        do { fresh = try await guest.reopened() } catch {
            throw RunError.lockedOut(step: step, reason: ErrorDescription(error).text)
        }
        let answer = try await run([.change(resource.confirm)], on: fresh)[0]
        await fresh.close()
        guard answer.exit == 0 else {
            throw RunError.repairFailed(step: step, exit: answer.exit, errors: answer.tail)
        }
    }
}
