import RemoteShell

/// A step that has drifted, and how it is repaired.
struct StepRepair {
    var step: Step
    var resource: any Resource
    var changes: [Change]
    private var remedy: Script
    /// Handlers that the repair makes necessary.
    var handlers: [Trigger]
    /// Services whose processes the repair starts.
    var begins: Set<String>

    /// Returns nil if the step has not drifted.
    init?(_ entry: Engine.Assessed) {
        guard case .resource(let resource) = entry.step.action,
            case .drifted(let changes, let remedy, let handlers, let begins) = entry.assessment
        else { return nil }
        (step, self.resource, self.changes, self.remedy) = (entry.step, resource, changes, remedy)
        (self.handlers, self.begins) = (handlers + entry.step.then, begins)
    }

    /// A service that is started must not serve without protection.
    func errand(_ protection: ServiceProtection?) -> Errand {
        let keep = begins.isEmpty ? nil : protection?.keep
        return .change(.lines(["set -eu", keep, remedy].compactMap(\.self)))
    }
}

extension Engine {
    /// Applies what a survey has found.
    ///
    /// - Throws: ``RunError``, ``RestoredError``, `ShellError`
    func apply(_ survey: GuestSurvey) async throws -> ApplyResult { try await EngineRun(self, survey).apply() }

    /// Verifies the guest, for a change outside it that a run without changes in the guest has to make.
    ///
    /// - Throws: ``RunError/misbehaves(step:_:)``, `ShellError`
    func verify(_ steps: [Step]) async throws -> VerificationProof {
        guard let (verification, step) = steps.verification else { throw RunError.noVerification }
        let (proof, took) = try await verify(verification, step: step)
        report(.verified(proof.checks, took: took))
        return proof
    }

    /// Runs one verification; nothing else is in the trip.
    ///
    /// - Throws: ``RunError/misbehaves(step:_:)``, `ShellError`
    func verify(_ verification: Verification, step: String) async throws -> (proof: VerificationProof, took: Duration) {
        let answer = try await run([.change(try guest.question(of: verification))], on: guest)[0]
        return (try await proof(of: answer, to: verification, step: step), answer.took ?? .zero)
    }

    /// Removes what version 0.1 recorded in the local state: the guest has a record of its own.
    func forgetLegacyRecord() throws {
        try ledger.update { state in
            state.owed = []
            state.owesVerification = false
        }
    }

    /// Makes the other host know the guest's key before a repair relies on it.
    func present(_ repair: StepRepair) async throws {
        guard let resource = repair.resource as? any Introduced,
            let introduction = resource.introduction(before: repair.changes)
        else { return }
        let answer = try await run([.change(introduction)], on: guest)[0]
        do { try await introduce(try resource.acquaintance(from: answer)) } catch let error as UnreadableAnswer {
            throw RunError.unreadable(step: repair.step.id, expected: error.expected, answer: error.answer.tail)
        }
    }

    /// Confirms a change that could have locked us out, over a connection made after it; unconfirmed, it undoes itself.
    func confirm(_ resource: any ProvenByNewLogin, step: String) async throws {
        let fresh: any GuestConnection
        do { fresh = try await guest.reopened() } catch {
            throw RunError.lockedOut(step: step, reason: Complaint(error).text)
        }
        let answer = try await run([.change(resource.confirm)], on: fresh)[0]
        await fresh.close()
        guard answer.exit == 0 else {
            throw RunError.remedyFailed(step: step, exit: answer.exit, errors: answer.tail)
        }
    }
}

extension [Step] {
    /// The last verification and its step's id.
    var verification: (verification: Verification, step: String)? {
        for step in reversed() {
            if case .verification(let verification) = step.action { return (verification, step.id) }
        }
        return nil
    }
}

extension GuestSurvey {
    var verification: (verification: Verification, step: String)? { steps.map(\.step).verification }
}
