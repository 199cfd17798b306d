import Foundation
import RemoteShell

/// Surveys a guest, repairs what has drifted, and verifies the result.
struct Engine: Sendable {
    let guest: any GuestConnection
    let ledger: Ledger
    let report: Report
    /// Makes the primary know the guest, for a step that needs that.
    var introduce: @Sendable (Acquaintance) async throws -> Void = { _ in }
    var records = GuestRecordStore()

    /// One step and its state in the survey.
    struct Assessed: Sendable {
        var step: Step
        var assessment: Assessment
    }

    /// Runs every step's probe, and reads what earlier runs have recorded in the guest, in one round trip.
    func survey(_ steps: [Step]) async throws -> GuestSurvey {
        let answers = try await ask(steps, after: [.question(records.probe)])
        var record = GuestRecord(answers.first.first ?? Completion(exit: 1))
        record.merge(ledger.state)
        return GuestSurvey(steps: try assess(steps, answers.steps), record: record)
    }

    /// The answers of one trip; only the first if one of those has failed, as nothing runs after that. A step without a
    /// probe has none.
    typealias Answers = (first: [Completion], steps: [Completion?], last: Completion?)

    /// Runs every step's probe between other scripts, in the same round trip. Steps with the same probe share the answer.
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

/// What one round trip has found in a guest.
struct GuestSurvey: Sendable {
    var steps: [Engine.Assessed]
    /// What earlier runs have recorded in the guest.
    var record: GuestRecord

    /// Whether a run would change something in the guest.
    var isDue: Bool { steps.contains(where: \.isDrifted) || !record.pending.isEmpty || record.needsVerification }
}

extension Completion {
    /// The last lines of what went wrong.
    var tail: String {
        let lines = (errors.isEmpty ? text : errorText).split(whereSeparator: \.isNewline).suffix(8)
        return lines.joined(separator: "\n")
    }
}
