import RemoteShell

/// What came of the steps that were to be mended.
struct Mended: Sendable {
    var changed = 0
    /// The ids of those that have to wait for somebody else.
    var postponed: Set<String> = []
    /// What all steps answered behind them, where that was asked.
    var asked: [Engine.Assessed]?

    static func += (all: inout Mended, more: Mended) {
        all.changed += more.changed
        all.postponed.formUnion(more.postponed)
        all.asked = more.asked ?? all.asked
    }
}

extension Engine {
    /// A step that has drifted, and what is done about it.
    private struct Repair {
        var step: Step
        var resource: any Resource
        var changes: [Change]
        var remedy: Script
        var owes: [Trigger]
        var begins: Set<String>

        init?(_ entry: Assessed) {
            guard case .resource(let resource) = entry.step.action,
                case .drifted(let changes, let remedy, let owes, let begins) = entry.assessment
            else { return nil }
            (step, self.resource, self.changes, self.remedy) = (entry.step, resource, changes, remedy)
            (self.owes, self.begins) = (owes + entry.step.then, begins)
        }

        var errand: Errand { .change("set -eu\n\(remedy)") }
        var question: Errand { .question(resource.probe) }
    }

    /// Mends the steps of one stage and asks each again, in one round trip: an exit status of zero is no proof. Nothing is
    /// done behind a remedy that fails.
    ///
    /// - Parameters:
    ///   - verification: whether the changes are to be verified.
    ///   - paying: whether what is owed by then is paid in the same trip.
    ///   - proof: what proves the changes in the same trip, behind the payments.
    func mend(
        _ entries: [Assessed], verification: Bool, paying: Bool, proving proof: Proof?
    ) async throws -> Mended {
        let repairs = entries.compactMap(Repair.init)
        let begun = Set(repairs.flatMap(\.begins))
        if !repairs.isEmpty { try ledger.owe(repairs.flatMap(\.owes), verification: verification) }
        let isLogin = repairs.contains { $0.resource is any ProvenByNewLogin }
        let due = paying && !repairs.isEmpty && !isLogin ? due(butTo: begun) : []
        let proof = isLogin ? nil : proof
        let start = ContinuousClock.now
        var mended = Mended()
        // It is asked with all steps, and nothing but payments comes before that.
        let last = proof.flatMap { _ in repairs.last?.step.id }
        let place = proof?.asks.lastIndex { $0.id == last }
        let errands = repairs.flatMap { $0.step.id == last ? [$0.errand] : [$0.errand, $0.question] }
        var answers: Answers = ([], [], nil)
        var isSent = false
        for entry in entries {
            guard let repair = Repair(entry) else {
                report(.unchanged(step: entry.step.id))
                continue
            }
            report(.changing(step: repair.step.id, repair.changes))
            if !isSent {
                try await present(repair)
                answers = try await ask(
                    proof?.asks ?? [], after: errands + due.map { .change($0.payment) },
                    before: try proof.map(errand(of:)))
                isSent = true
            }
            if try await isMended(repair, by: &answers, askedAt: repair.step.id == last ? place : nil, since: start) {
                mended.changed += 1
            } else {
                mended.postponed.insert(repair.step.id)
            }
        }
        guard mended.changed > 0 else { return mended }
        try ledger.settleAll(of: begun)
        try await conclude(due, proof, with: answers, since: start)
        if let proof { mended.asked = try assess(proof.asks, answers.steps) }
        return mended
    }

    /// - Parameters:
    ///   - answers: the remedy's, and where that did not fail the probe's behind it, come first and are taken off.
    ///   - place: where among all steps' its own is, if all debts could be paid; nil where it is behind the remedy's.
    /// - Returns: whether the step was mended; else it has to wait for somebody else.
    private func isMended(
        _ repair: Repair,
        by answers: inout Answers,
        askedAt place: Int?,
        since start: ContinuousClock.Instant
    ) async throws -> Bool {
        let step = repair.step.id
        let remedied = answers.first.removeFirst()
        guard remedied.exit == 0 else {
            guard remedied.exit == Postponement.exit, repair.resource is any Postponable else {
                throw RunError.remedyFailed(step: step, exit: remedied.exit, errors: remedied.tail)
            }
            report(.postponed(step: step, reason: remedied.tail))
            return false
        }
        let observed: Completion?
        if let place {
            observed = answers.steps.isEmpty ? nil : answers.steps[place]
        } else {
            observed = answers.first.removeFirst()
        }
        if let observed, case .drifted(let left, _, _, _) = try assess(repair.resource, observed, in: repair.step) {
            throw RunError.didNotConverge(step: step, left)
        }
        if let proven = repair.resource as? any ProvenByNewLogin { try await prove(proven, step: step) }
        report(.changed(step: step, repair.changes, took: remedied.took ?? ContinuousClock.now - start))
        return true
    }

    /// Has the other host know what the guest shows of itself, before a remedy relies on it.
    private func present(_ repair: Repair) async throws {
        guard let resource = repair.resource as? any Introduced,
            let introduction = resource.introduction(before: repair.changes)
        else { return }
        let answer = try await run([.change(introduction)], on: guest)[0]
        do { try await introduce(try resource.acquaintance(from: answer)) } catch let error as UnreadableAnswer {
            throw RunError.unreadable(step: repair.step.id, expected: error.expected, answer: error.answer.tail)
        }
    }

    /// Confirms a change that could have locked us out, over a connection made after it; unconfirmed, it undoes itself.
    private func prove(_ resource: any ProvenByNewLogin, step: String) async throws {
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
