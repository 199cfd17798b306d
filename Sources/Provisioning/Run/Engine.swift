import Foundation
import RemoteShell

/// Surveys a guest, mends what has drifted, and makes sure that it holds.
struct Engine: Sendable {
    let guest: any GuestConnection
    let ledger: Ledger
    let report: Report
    /// Makes the primary know the guest, for a step that needs that.
    var introduce: @Sendable (Acquaintance) async throws -> Void = { _ in }

    /// One step and what the survey made of it.
    struct Assessed: Sendable {
        var step: Step
        var assessment: Assessment
    }

    /// Asks every step at once, in one round trip.
    func survey(_ steps: [Step]) async throws -> [Assessed] { try assess(steps, try await ask(steps, after: []).steps) }

    /// The answers of one trip; only the first where one of those has failed, as nobody was asked behind it. A step that
    /// asks nothing has none.
    typealias Answers = (first: [Completion], steps: [Completion?], last: Completion?)

    /// Asks every step between other errands, in the same round trip. Steps that ask the same are answered at once.
    func ask(_ steps: [Step], after first: [Errand], before last: Errand? = nil) async throws -> Answers {
        let asking = steps.compactMap { step in step.resource.map { (step: step.id, probe: $0.probe) } }
        var asked: Set<Script> = []
        let questions = asking.filter { asked.insert($0.probe).inserted }
        let errands = first + questions.map { .question($0.probe) } + (last.map { [$0] } ?? [])
        let all = try await run(errands, on: guest)
        guard all.count == errands.count else { return (all, [], nil) }
        var observed: [Script: Completion] = [:]
        for (question, answer) in zip(questions, all.dropFirst(first.count)) {
            observed[question.probe] = answer
            if let took = answer.took { report(.asked(step: question.step, took: took)) }
        }
        let answers = steps.map { step in step.resource.flatMap { observed[$0.probe] } }
        return (Array(all.prefix(first.count)), answers, last == nil ? nil : all.last)
    }

    func assess(_ steps: [Step], _ answers: [Completion?]) throws -> [Assessed] {
        var promised: [String: Set<Change>] = [:]
        return try zip(steps, answers).map { step, answer in
            guard let resource = step.resource, let answer else {
                return Assessed(step: step, assessment: .converged)
            }
            let kind = type(of: resource).kind
            let assessment = try assess(resource, answer, in: step).without(promised[kind, default: []])
            promised[kind, default: []].formUnion(assessment.changes)
            return Assessed(step: step, assessment: assessment)
        }
    }

    /// Mends what has drifted, in order, and then asks everything once more: a step may undo an earlier one.
    ///
    /// What has to wait for somebody else is told, and left to the next run.
    ///
    /// - Returns: how many steps were changed.
    func apply(_ survey: [Assessed]) async throws -> Int {
        var mended = Mended()
        var stages = Stage.all(of: survey)[...]
        // Where something was mended and nothing is left to be, everything is asked in the trip that verifies.
        func proof(of verification: Verification, step: String, after isChanged: Bool) -> Proof {
            let isLast = isChanged && !stages.contains(where: \.isDrifted)
            return Proof(verification: verification, step: step, asks: isLast ? survey.map(\.step) : [])
        }
        while let stage = stages.popFirst() {
            try Task.checkCancellation()
            switch stage {
            case .verify(let verification, let step):
                guard ledger.state.owesVerification else { continue }
                let proof = proof(of: verification, step: step, after: mended.changed > 0)
                let asked = try await uninterrupted { try await settle(with: proof) }
                if !proof.asks.isEmpty { mended.asked = asked }
            case .mend(let entries):
                // What comes after the last verification is not what it looks at.
                let isVerified = stages.contains(where: \.isVerification)
                let isPaidFor = stages.first?.isVerification ?? true
                // Between a reload and the verification there has to be something: until its old processes have gone,
                // Postfix answers by its old settings.
                let proof: Proof? =
                    if case .verify(let verification, let step)? = stages.first {
                        proof(of: verification, step: step, after: true).ifItAsks
                    } else { nil }
                mended += try await uninterrupted {
                    try await mend(entries, verification: isVerified, paying: isPaidFor, proving: proof)
                }
            }
        }
        if mended.asked == nil {
            let steps = mended.changed > 0 ? survey.map(\.step) : []
            mended.asked = try await uninterrupted { try await settle(thenAsking: steps) }
        }
        for entry in mended.asked ?? [] where !mended.postponed.contains(entry.step.id) {
            guard entry.assessment.changes.isEmpty else {
                throw RunError.undone(step: entry.step.id, entry.assessment.changes)
            }
        }
        return mended.changed
    }

    /// What shows that a run's changes hold.
    struct Proof: Sendable {
        var verification: Verification
        var step: String
        /// The steps that are asked before.
        var asks: [Step]

        var ifItAsks: Proof? { asks.isEmpty ? nil : self }
    }

    /// Carries out what is owed, and asks steps behind it in the same round trip; proves behind them that all holds.
    private func settle(thenAsking steps: [Step], proving proof: Proof? = nil) async throws -> [Assessed] {
        let due = due()
        guard !due.isEmpty || !steps.isEmpty || proof != nil else { return [] }
        let start = ContinuousClock.now
        let answers = try await ask(
            steps, after: due.map { .change($0.payment) }, before: try proof.map(errand(of:)))
        try await conclude(due, proof, with: answers, since: start)
        return try assess(steps, answers.steps)
    }

    /// In one trip, if there are steps to be asked between payments and proof.
    private func settle(with proof: Proof) async throws -> [Assessed] {
        if proof.asks.isEmpty { _ = try await settle(thenAsking: []) }
        return try await settle(thenAsking: proof.asks, proving: proof)
    }

    /// A change for whoever shares the guest: no other run's scripts are to work meanwhile.
    func errand(of proof: Proof) throws -> Errand { .change(try guest.question(of: proof.verification)) }

    /// What came of payments, and of the proof behind them.
    func conclude(
        _ due: [Trigger], _ proof: Proof?, with answers: Answers, since start: ContinuousClock.Instant
    ) async throws {
        try settle(due, with: answers.first, since: start)
        guard let proof, let answer = answers.last else { return }
        let checks = try await guest.judge(answer, of: proof.verification)
        let failed = checks.filter { $0.verdict == .fail }
        guard failed.isEmpty else { throw RunError.misbehaves(step: proof.step, failed) }
        try ledger.update { $0.owesVerification = false }
        report(.verified(checks, took: answer.took ?? ContinuousClock.now - start))
    }

    /// What is owed to other services than those; a restart makes a reload of the same service needless.
    func due(butTo begun: Set<String> = []) -> [Trigger] {
        let owed = ledger.state.owed.filter { !begun.contains($0.service) }
        let restarted = Set(owed.filter { $0.action == .restart }.map(\.service))
        return owed.filter { $0.action == .restart || !restarted.contains($0.service) }
    }

    /// Strikes out what was paid, up to a payment that failed.
    private func settle(_ due: [Trigger], with payments: [Completion], since start: ContinuousClock.Instant) throws {
        for (trigger, answer) in zip(due, payments) {
            guard answer.exit == 0 else { throw RunError.triggerFailed(trigger, errors: answer.tail) }
            report(.paid(trigger, took: answer.took ?? ContinuousClock.now - start))
            try ledger.settle(trigger)
        }
    }

    func run(_ errands: [Errand], on guest: any GuestConnection) async throws -> [Completion] {
        for errand in errands { report(.sent(script: errand.script.description)) }
        return try await guest.run(errands)
    }

    func assess(_ resource: some Resource, _ answer: Completion, in step: Step) throws -> Assessment {
        do { return try resource.assess(answer) } catch let error as UnreadableAnswer {
            throw RunError.unreadable(step: step.id, expected: error.expected, answer: error.answer.tail)
        }
    }
}

extension Completion {
    /// The last lines of what went wrong.
    var tail: String {
        let lines = (errors.isEmpty ? text : errorText).split(whereSeparator: \.isNewline).suffix(8)
        return lines.joined(separator: "\n")
    }
}
