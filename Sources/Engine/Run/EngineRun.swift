import ConfigurationFiles
import RemoteShell
import Resources

/// Applies one survey's changes to the guest: repairs, handlers, verification.
///
/// The guest records the remaining work before each repair, so that any later run can continue.
actor EngineRun {
    package let engine: Engine
    private let survey: GuestSurvey
    private var record: GuestRecord
    private var result = ApplyResult()
    /// The final state of each step, if it was read after the last change.
    private var last: [Engine.StepAssessment]?
    private let protection: ServiceProtection?
    private var isProtected = false

    init(_ engine: Engine, _ survey: GuestSurvey) {
        self.engine = engine
        self.survey = survey
        record = survey.record
        protection = survey.verifications.lazy.compactMap { $0.verification.protection }.last
    }

    /// Applies all stages and returns what was changed.
    ///
    /// - Throws: ``RunError``; ``RestoredError`` if the guest serves again with an earlier configuration, or with
    ///   temporary answers.
    package func apply() async throws -> ApplyResult {
        do {
            try await applyStages()
        } catch let error as RunError {
            guard record.needsVerification, let protection else { throw error }
            let recovery = Recovery(engine: engine, protection: protection)
            let record = record
            throw try await uninterrupted { try await recovery.restore(after: error, record) }
        }
        return result
    }

    private func applyStages() async throws {
        var stages = Stage.all(of: survey.steps)[...]
        while let stage = stages.popFirst() {
            try Task.checkCancellation()
            let isLast = !stages.contains(where: \.isDrifted)
            switch stage {
            case .verify(let verifications, let isFinal):
                let opens = stages.prefix { !$0.isVerification }.contains(where: \.publishes)
                guard record.needsVerification || opens && result.proof == nil else { continue }
                let asked = result.changed > 0 && isLast ? survey.steps.map(\.step) : []
                let proof = Proof(verifications: verifications, isFinal: isFinal, asks: asked)
                try await uninterrupted { try await self.verify(proof) }
            case .mend(let entries):
                let isVerified = stages.contains(where: \.isVerification)
                // A survey must run between a reload and the verification: until the service's old processes have ended,
                // they answer by their old settings.
                var proof: Proof?
                if isLast, case .verify(let verifications, let isFinal)? = stages.first {
                    proof = Proof(
                        verifications: verifications, isFinal: isFinal, asks: survey.steps.map(\.step))
                }
                let runsHandlers = stages.first?.isVerification ?? true
                try await uninterrupted { [proof] in
                    try await self.repair(
                        entries, isVerified: isVerified, runsHandlers: runsHandlers, proving: proof)
                }
            }
        }
        if last == nil {
            let steps = result.changed > 0 ? survey.steps.map(\.step) : []
            try await uninterrupted { try await self.runHandlers(thenAsking: steps) }
        }
        try checkNothingWasUndone()
    }

    /// Verifications, and the steps that are read before them in the same round trip.
    struct Proof: Sendable {
        package var verifications: [VerificationStep]
        /// Whether these are all verifications of the playbook.
        package var isFinal: Bool
        package var asks: [Step]
    }

    private func checkNothingWasUndone() throws {
        for entry in last ?? [] where !result.deferred.contains(entry.step.id) {
            guard entry.assessment.changes.isEmpty else {
                throw RunError.undone(step: entry.step.id, entry.assessment.changes)
            }
        }
    }

    // MARK: Verification

    private func verify(_ proof: Proof) async throws {
        if proof.asks.isEmpty { try await runHandlers(thenAsking: []) }
        let due = record.due()
        let start = ContinuousClock.now
        let answers = try await engine.ask(
            proof.asks, after: handlers(due),
            before: try proof.verifications.map { try $0.command })
        try finish(due, with: answers.first, since: start)
        try await conclude(proof, answers, since: start)
    }

    /// Evaluates verifications. If all of the playbook have passed, saves the guest's configuration as the last verified
    /// one. If others follow, the verification stays pending.
    private func conclude(_ proof: Proof, _ answers: Engine.Answers, since start: ContinuousClock.Instant) async throws
    {
        guard !answers.last.isEmpty else { return }
        let made = try await engine.proof(of: answers.last, to: proof.verifications)
        if !proof.asks.isEmpty {
            last = try engine.assess(proof.asks, answers.steps)
            try checkNothingWasUndone()
        }
        engine.report(.verified(made.checks, took: answers.last.took ?? ContinuousClock.now - start))
        guard proof.isFinal else { return }
        record.needsVerification = false
        let script = Script.lines(["set -eu"] + [protection?.commit, engine.records.write(record)].compactMap(\.self))
        let stored = try await engine.run([.change(script)], on: engine.guest)[0]
        guard stored.exit == 0 else {
            throw RunError.repairFailed(
                step: proof.verifications.last?.step ?? "", exit: stored.exit, errors: stored.tail)
        }
        try engine.forgetLegacyRecord()
        result.proof = made
    }

    // MARK: Handlers

    /// Returns each handler's script, then the script that writes the record without these handlers.
    private func handlers(_ due: [Handler], started: Set<String> = []) -> [RemoteCommand] {
        guard !due.isEmpty || record.pending.contains(where: { started.contains($0.service) }) else { return [] }
        var after = record
        for handler in due { after.remove(handler) }
        after.removeHandlers(of: started)
        let runs = due.map { handler in
            RemoteCommand.change(.lines([protection?.keep, handler.script].compactMap(\.self))).named(
                handler.description)
        }
        return runs + [.change(engine.records.write(after))]
    }

    /// Runs the pending handlers, and reads steps after them in the same round trip.
    private func runHandlers(thenAsking steps: [Step]) async throws {
        let due = record.due()
        guard !due.isEmpty || !steps.isEmpty else { return }
        let start = ContinuousClock.now
        let answers = try await engine.ask(steps, after: handlers(due))
        try finish(due, with: answers.first, since: start)
        if !steps.isEmpty { last = try engine.assess(steps, answers.steps) }
    }

    /// Removes handlers from the record up to the first that failed.
    private func finish(_ due: [Handler], with answers: [CommandResult], since start: ContinuousClock.Instant) throws {
        for (handler, answer) in zip(due, answers) {
            guard answer.exit == 0 else { throw RunError.handlerFailed(handler, errors: answer.tail) }
            engine.report(.handled(handler, took: answer.took ?? ContinuousClock.now - start))
            record.remove(handler)
        }
        if record.pending.isEmpty, !record.needsVerification { try engine.forgetLegacyRecord() }
    }

    // MARK: Repairs

    /// Repairs the steps of one stage and reads each again, in one round trip. An exit status of 0 does not prove that
    /// a repair took effect. Nothing runs after a repair that fails.
    ///
    /// - Parameters:
    ///   - isVerified: whether a verification follows.
    ///   - runsHandlers: whether pending handlers run in the same round trip.
    ///   - proof: what verifies the changes in the same round trip, after the handlers.
    private func repair(
        _ entries: [Engine.StepAssessment], isVerified: Bool, runsHandlers: Bool, proving proof: Proof?
    ) async throws {
        let repairs = entries.compactMap(StepRepair.init)
        let started = Set(repairs.flatMap(\.begins))
        let preparation = prepare(repairs, isVerified: isVerified)
        let isLogin = repairs.contains { $0.resource is any ConfirmedByNewLogin }
        let due = runsHandlers && !repairs.isEmpty && !isLogin ? record.due(except: started) : []
        let proof = isLogin || repairs.isEmpty ? nil : proof
        // The last repaired step is read together with all others if only handlers run in between.
        let lastRepaired = proof == nil ? nil : repairs.last?.step.id
        let place = proof?.asks.lastIndex { $0.id == lastRepaired }
        let commands = repairs.flatMap { repair in
            repair.step.id == lastRepaired
                ? [repair.command(protection)]
                : [repair.command(protection), .query(repair.resource.probe).named(repair.step.id)]
        }
        let start = ContinuousClock.now
        var answers: Engine.Answers = ([], [], [])
        var isSent = false
        var changed = 0
        for entry in entries {
            guard let repair = StepRepair(entry) else {
                engine.report(.unchanged(step: entry.step.id))
                continue
            }
            engine.report(.changing(step: repair.step.id, repair.changes))
            if !isSent {
                try await engine.present(repair)
                answers = try await engine.ask(
                    proof?.asks ?? [],
                    after: [preparation] + commands
                        + (due.isEmpty && started.isEmpty ? [] : handlers(due, started: started)),
                    before: try proof?.verifications.map { try $0.command } ?? [])
                let prepared = answers.first.removeFirst()
                guard prepared.exit == 0 else {
                    throw RunError.repairFailed(step: repair.step.id, exit: prepared.exit, errors: prepared.tail)
                }
                isSent = true
            }
            if try await isConverged(
                repair, by: &answers, readAt: repair.step.id == lastRepaired ? place : nil, since: start)
            {
                changed += 1
            } else {
                result.deferred.insert(repair.step.id)
            }
        }
        result.changed += changed
        guard changed > 0 else { return }
        record.removeHandlers(of: started)
        try finish(due, with: answers.first, since: start)
        if let proof { try await conclude(proof, answers, since: start) }
    }

    /// Records the handlers and the verification that the repairs require, and protects a serving guest, before the
    /// first repair.
    private func prepare(_ repairs: [StepRepair], isVerified: Bool) -> RemoteCommand {
        record.add(repairs.flatMap(\.handlers))
        for repair in repairs { record.noteCreated(repair.step.id, kind: type(of: repair.resource).kind) }
        var scripts: [Script] = ["set -eu"]
        if isVerified, !repairs.isEmpty {
            record.needsVerification = true
            result.proof = nil
            if let protection, !isProtected { scripts.append(protection.begin) }
            isProtected = true
        }
        return .change(.lines(scripts + [engine.records.write(record)]))
    }

    /// Evaluates a repair and the probe after it.
    ///
    /// - Parameters:
    ///   - answers: begin with the repair's result and, if the repair succeeded, that of the probe after it; both are
    ///     removed.
    ///   - place: the index of the step's own probe among those that were read at the end; nil if it follows the
    ///     repair.
    /// - Returns: false if the step is deferred.
    private func isConverged(
        _ repair: StepRepair,
        by answers: inout Engine.Answers,
        readAt place: Int?,
        since start: ContinuousClock.Instant
    ) async throws -> Bool {
        let step = repair.step.id
        let repaired = answers.first.removeFirst()
        guard repaired.exit == 0 else {
            guard repaired.exit == Postponement.exit, repair.resource is any Deferrable else {
                throw RunError.repairFailed(step: step, exit: repaired.exit, errors: repaired.tail)
            }
            engine.report(.deferred(step: step, reason: repaired.tail))
            return false
        }
        let observed: CommandResult? =
            if let place {
                answers.steps.isEmpty ? nil : answers.steps[place]
            } else {
                answers.first.removeFirst()
            }
        if let observed,
            case .drifted(let left, _, _, _) = try engine.assess(repair.resource, observed, in: repair.step)
        {
            throw RunError.didNotConverge(step: step, left)
        }
        if let confirmed = repair.resource as? any ConfirmedByNewLogin {
            try await engine.confirm(confirmed, step: step)
        }
        engine.report(.changed(step: step, repair.changes, took: repaired.took ?? ContinuousClock.now - start))
        return true
    }
}

/// What a run has done to a guest.
package struct ApplyResult: Sendable {
    /// Number of steps that were changed.
    package var changed = 0
    /// The ids of deferred steps, which wait for a person or system outside of the site.
    package var deferred: Set<String> = []
    /// The proof of the verification, if the guest was verified after its last change.
    package var proof: VerificationProof?
}
