import ConfigurationFiles
import Foundation
package import RemoteShell
package import Resources

/// Surveys a guest, repairs what has drifted, and verifies the result.
package struct Engine: Sendable {
    package let guest: any GuestConnection
    package let stateStore: StateStore
    package let report: EventHandler
    /// Enrolls the guest's key on the primary, for a step that needs that.
    package var introduce: @Sendable (KeyEnrollment) async throws -> Void = { _ in }
    package var records = GuestRecordStore()

    package init(
        guest: any GuestConnection, stateStore: StateStore, report: @escaping EventHandler,
        introduce: @escaping @Sendable (KeyEnrollment) async throws -> Void = { _ in },
        records: GuestRecordStore = GuestRecordStore()
    ) {
        self.guest = guest
        self.stateStore = stateStore
        self.report = report
        self.introduce = introduce
        self.records = records
    }

    /// One step and its state in the survey.
    package struct StepAssessment: Sendable {
        package var step: Step
        package var assessment: Assessment
    }

    /// Runs every step's probe, and reads the guest's system and record, in one round trip.
    package func survey(_ steps: [Step]) async throws -> GuestSurvey {
        let answers = try await ask(steps, after: [.query(records.probe), .query(GuestSystem.probe())])
        var record = GuestRecord(answers.first.first ?? CommandResult(exit: 1))
        record.merge(stateStore.state)
        let system = GuestSystem(answers.first.dropFirst().first)
        return GuestSurvey(steps: try assess(steps, answers.steps), record: record, system: system)
    }

    /// The results of one round trip. Only `first` is set if one of its commands failed, because nothing runs after
    /// that. A step without a probe has no result. `last` ends with the first of its commands that failed.
    package typealias Answers = (first: [CommandResult], steps: [CommandResult?], last: [CommandResult])

    /// Runs every step's probe between other scripts, in the same round trip. Steps with the same probe share one
    /// result.
    package func ask(_ steps: [Step], after first: [RemoteCommand], before last: [RemoteCommand] = []) async throws
        -> Answers
    {
        let asking = steps.compactMap { step in step.resource.map { (step: step.id, probe: $0.probe) } }
        var asked: Set<Script> = []
        let questions = asking.filter { asked.insert($0.probe).inserted }
        let commands = first + questions.map { .query($0.probe).named($0.step) } + last
        let all = try await run(commands, on: guest)
        let place = first.count + questions.count
        guard all.count >= place + min(last.count, 1) else { return (all, [], []) }
        var observed: [Script: CommandResult] = [:]
        for (question, answer) in zip(questions, all.dropFirst(first.count)) {
            observed[question.probe] = answer
            if let took = answer.took { report(.probed(step: question.step, took: took)) }
        }
        let answers = steps.map { step in step.resource.flatMap { observed[$0.probe] } }
        return (Array(all.prefix(first.count)), answers, Array(all.dropFirst(place)))
    }

    package func assess(_ steps: [Step], _ answers: [CommandResult?]) throws -> [StepAssessment] {
        var promised: [String: Set<Change>] = [:]
        return try zip(steps, answers).map { step, answer in
            guard let resource = step.resource, let answer else {
                return StepAssessment(step: step, assessment: .converged)
            }
            let kind = type(of: resource).kind
            let assessment = try assess(resource, answer, in: step).without(promised[kind, default: []])
            promised[kind, default: []].formUnion(assessment.changes)
            return StepAssessment(step: step, assessment: assessment)
        }
    }

    package func run(_ commands: [RemoteCommand], on guest: any GuestConnection) async throws -> [CommandResult] {
        for command in commands { report(.sent(script: command.script.description)) }
        let pause = commands.reduce(Duration.zero) { $0 + $1.pause }
        return try await Timeouts.extended(by: pause) { try await guest.run(commands) }
    }

    package func assess(_ resource: some Resource, _ answer: CommandResult, in step: Step) throws -> Assessment {
        do { return try resource.assess(answer) } catch let error as UnreadableAnswer {
            throw RunError.unreadable(step: step.id, expected: error.expected, answer: error.answer.tail)
        }
    }
}

/// What one round trip has found in a guest.
package struct GuestSurvey: Sendable {
    package var steps: [Engine.StepAssessment]
    /// What earlier runs have recorded in the guest.
    package var record: GuestRecord
    package var system: GuestSystem

    /// Whether a run would change something in the guest.
    package var isDue: Bool {
        steps.contains(where: \.isDrifted) || !record.pending.isEmpty || record.needsVerification
    }
}

extension Engine.StepAssessment {
    package var isDrifted: Bool { !assessment.changes.isEmpty }
    package var planned: Plan.StepPlan { .init(step: step.id, changes: assessment.changes) }
}
