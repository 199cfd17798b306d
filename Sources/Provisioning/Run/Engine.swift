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

    /// Asks every step behind other scripts, in the same round trip. Steps that ask the same are answered at once.
    private func ask(
        _ steps: [Step],
        after first: [Script]
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
        let all = try await ask(first + questions.map(\.probe), of: guest)
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
        var changed = 0
        var postponed: Set<String> = []
        var final: [Assessed]?
        for (index, entry) in survey.enumerated() {
            try Task.checkCancellation()
            switch (entry.step.action, entry.assessment) {
            case (.verification(let verification), _):
                guard ledger.state.owesVerification else { continue }
                try await uninterrupted { _ = try await pay(thenAsking: []) }
                let isLast = changed > 0 && !survey[index...].contains(where: \.isDrifted)
                // Where nothing is left to be mended, both of a run's last questions are asked at once.
                let steps = isLast ? survey.map(\.step) : []
                let asked = try await uninterrupted {
                    async let asked = pay(thenAsking: steps)
                    try await verify(verification, step: entry.step.id)
                    return try await asked
                }
                if isLast { final = asked }
            case (_, .converged):
                report(.unchanged(step: entry.step.id))
            case (.resource(let resource), .drifted(let changes, let remedy, let owes, let begins)):
                // What comes after the last verification is not what it looks at.
                let isVerified = survey[index...].contains { $0.step.resource == nil }
                let isMended = try await uninterrupted {
                    try ledger.owe(owes + entry.step.then, verification: isVerified)
                    let isMended = try await mend(entry.step, resource, changes: changes, remedy: remedy)
                    if isMended { try ledger.settleAll(of: begins) }
                    return isMended
                }
                if isMended { changed += 1 } else { postponed.insert(entry.step.id) }
            }
        }
        if final == nil {
            let steps = changed > 0 ? survey.map(\.step) : []
            final = try await uninterrupted { try await pay(thenAsking: steps) }
        }
        for entry in final ?? [] where !postponed.contains(entry.step.id) {
            guard entry.assessment.changes.isEmpty else {
                throw RunError.undone(step: entry.step.id, entry.assessment.changes)
            }
        }
        return changed
    }

    /// Mends one step and asks it again, in one round trip: an exit status of zero is no proof.
    ///
    /// - Returns: whether it was mended; else it has to wait for somebody else.
    private func mend(
        _ step: Step,
        _ resource: any Resource,
        changes: [Change],
        remedy: Script
    ) async throws -> Bool {
        report(.changing(step: step.id, changes))
        let start = ContinuousClock.now
        if let resource = resource as? any Introduced { try await present(resource, changes: changes, step: step) }
        let answers = try await ask(["set -eu\n\(remedy)", resource.probe], of: guest)
        if answers[0].exit == Postponement.exit, resource is any Postponable {
            report(.postponed(step: step.id, reason: answers[0].tail))
            return false
        }
        guard answers[0].exit == 0 else {
            throw RunError.remedyFailed(step: step.id, exit: answers[0].exit, errors: answers[0].tail)
        }
        if case .drifted(let left, _, _, _) = try assess(resource, answers[1], in: step) {
            throw RunError.didNotConverge(step: step.id, left)
        }
        if let proven = resource as? any ProvenByNewLogin { try await prove(proven, step: step.id) }
        report(.changed(step: step.id, changes, took: ContinuousClock.now - start))
        return true
    }

    /// Has the other host know what the guest shows of itself, before the remedy relies on it.
    private func present(_ resource: some Introduced, changes: [Change], step: Step) async throws {
        guard let introduction = resource.introduction(before: changes) else { return }
        let answer = try await ask([introduction], of: guest)[0]
        do { try await introduce(try resource.acquaintance(from: answer)) } catch let error as UnreadableAnswer {
            throw RunError.unreadable(step: step.id, expected: error.expected, answer: error.answer.tail)
        }
    }

    /// Confirms a change that could have locked us out, over a connection made after it; unconfirmed, it undoes itself.
    private func prove(_ resource: any ProvenByNewLogin, step: String) async throws {
        let fresh: any GuestConnection
        do { fresh = try await guest.reopened() } catch {
            throw RunError.lockedOut(step: step, reason: Complaint(error).text)
        }
        let answers = try await ask([resource.confirm], of: fresh)
        await fresh.close()
        guard answers[0].exit == 0 else {
            throw RunError.remedyFailed(step: step, exit: answers[0].exit, errors: answers[0].tail)
        }
    }

    /// Carries out what is owed, and asks steps behind it in the same round trip; a restart makes a reload of the same
    /// service needless.
    private func pay(thenAsking steps: [Step]) async throws -> [Assessed] {
        let owed = ledger.state.owed
        let restarted = Set(owed.filter { $0.action == .restart }.map(\.service))
        let due = owed.filter { $0.action == .restart || !restarted.contains($0.service) }
        guard !due.isEmpty || !steps.isEmpty else { return [] }
        let start = ContinuousClock.now
        let (payments, observed) = try await ask(steps, after: due.map(\.payment))
        for (trigger, answer) in zip(due, payments) {
            guard answer.exit == 0 else { throw RunError.triggerFailed(trigger, errors: answer.tail) }
            report(.paid(trigger, took: answer.took ?? ContinuousClock.now - start))
            try ledger.settle(trigger)
        }
        for trigger in owed where !due.contains(trigger) { try ledger.settle(trigger) }
        return try assess(steps, observed)
    }

    private func verify(_ verification: Verification, step: String) async throws {
        let start = ContinuousClock.now
        let checks = try await guest.verify(verification)
        let failed = checks.filter { $0.verdict == .fail }
        guard failed.isEmpty else { throw RunError.misbehaves(step: step, failed) }
        try ledger.update { $0.owesVerification = false }
        report(.verified(checks, took: ContinuousClock.now - start))
    }

    private func ask(_ scripts: [Script], of guest: any GuestConnection) async throws -> [Completion] {
        for script in scripts { report(.sent(script: script.description)) }
        return try await guest.ask(scripts)
    }

    private func assess(_ resource: some Resource, _ answer: Completion, in step: Step) throws -> Assessment {
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
