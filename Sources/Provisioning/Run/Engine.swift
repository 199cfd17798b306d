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

    /// Asks every step behind other errands, in the same round trip. Steps that ask the same are answered at once.
    private func ask(
        _ steps: [Step],
        after first: [Errand]
    ) async throws -> (first: [Completion], steps: [Completion]) {
        let asking = steps.compactMap { step in step.resource.map { (step.id, $0.probe) } }
        var questions: [(step: String, probe: Script)] = []
        var places: [Script: Int] = [:]
        let asked = asking.map { question in
            if let place = places[question.1] { return place }
            places[question.1] = questions.count
            questions.append(question)
            return questions.count - 1
        }
        let all = try await run(first + questions.map { .question($0.probe) }, on: guest)
        // Where an errand has failed, nobody was asked behind it.
        guard all.count == first.count + questions.count else { return (all, []) }
        let observed = Array(all.dropFirst(first.count))
        for (question, answer) in zip(questions, observed) {
            if let took = answer.took { report(.asked(step: question.step, took: took)) }
        }
        return (Array(all.prefix(first.count)), asked.map { observed[$0] })
    }

    private func assess(_ steps: [Step], _ observed: [Completion]) throws -> [Assessed] {
        var answers = observed[...]
        var promised: [String: Set<Change>] = [:]
        return try steps.map { step in
            guard let resource = step.resource, let answer = answers.popFirst() else {
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
        var final: [Assessed]?
        var stages = Stage.all(of: survey)[...]
        while let stage = stages.popFirst() {
            try Task.checkCancellation()
            switch stage {
            case .verify(let verification, let step):
                guard ledger.state.owesVerification else { continue }
                try await uninterrupted { _ = try await pay(thenAsking: []) }
                let isLast = mended.changed > 0 && !stages.contains(where: \.isDrifted)
                // Where nothing is left to be mended, both of a run's last questions are asked at once.
                let steps = isLast ? survey.map(\.step) : []
                let asked = try await uninterrupted {
                    async let asked = pay(thenAsking: steps)
                    try await verify(verification, step: step)
                    return try await asked
                }
                if isLast { final = asked }
            case .mend(let entries):
                // What comes after the last verification is not what it looks at.
                let isVerified = stages.contains(where: \.isVerification)
                let isPaidFor = stages.first?.isVerification ?? true
                mended += try await uninterrupted {
                    try await mend(entries, verification: isVerified, paying: isPaidFor)
                }
            }
        }
        if final == nil {
            let steps = mended.changed > 0 ? survey.map(\.step) : []
            final = try await uninterrupted { try await pay(thenAsking: steps) }
        }
        for entry in final ?? [] where !mended.postponed.contains(entry.step.id) {
            guard entry.assessment.changes.isEmpty else {
                throw RunError.undone(step: entry.step.id, entry.assessment.changes)
            }
        }
        return mended.changed
    }

    /// Carries out what is owed, and asks steps behind it in the same round trip.
    private func pay(thenAsking steps: [Step]) async throws -> [Assessed] {
        let due = due()
        guard !due.isEmpty || !steps.isEmpty else { return [] }
        let start = ContinuousClock.now
        let (payments, observed) = try await ask(steps, after: due.map { .change($0.payment) })
        try settle(due, with: payments, since: start)
        return try assess(steps, observed)
    }

    /// What is owed to other services than those; a restart makes a reload of the same service needless.
    func due(butTo begun: Set<String> = []) -> [Trigger] {
        let owed = ledger.state.owed.filter { !begun.contains($0.service) }
        let restarted = Set(owed.filter { $0.action == .restart }.map(\.service))
        return owed.filter { $0.action == .restart || !restarted.contains($0.service) }
    }

    /// Strikes out what was paid, up to a payment that failed.
    func settle(_ due: [Trigger], with payments: [Completion], since start: ContinuousClock.Instant) throws {
        for (trigger, answer) in zip(due, payments) {
            guard answer.exit == 0 else { throw RunError.triggerFailed(trigger, errors: answer.tail) }
            report(.paid(trigger, took: answer.took ?? ContinuousClock.now - start))
            try ledger.settle(trigger)
        }
    }

    private func verify(_ verification: Verification, step: String) async throws {
        let start = ContinuousClock.now
        let checks = try await guest.verify(verification)
        let failed = checks.filter { $0.verdict == .fail }
        guard failed.isEmpty else { throw RunError.misbehaves(step: step, failed) }
        try ledger.update { $0.owesVerification = false }
        report(.verified(checks, took: ContinuousClock.now - start))
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
