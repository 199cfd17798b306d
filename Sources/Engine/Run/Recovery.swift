import Foundation
import RemoteShell
import Resources

/// Restores an earlier verified configuration in a guest whose changes failed.
struct Recovery: Sendable {
    package let engine: Engine
    package let protection: ServiceProtection

    /// Restores the stored configurations one after the other, until one passes its own earlier verification.
    ///
    /// - Returns: the error to report.
    /// - Throws: `ShellError`; the guest then returns temporary codes.
    package func restore(after error: RunError, _ record: GuestRecord) async throws -> any Error {
        var failures: [String] = []
        for backup in protection.backups {
            let answers = try await engine.run(
                [.change("set -eu\n\(backup.restore)"), .query(protection.lastVerification)], on: engine.guest)
            if answers[0].exit == ServiceProtection.noBackup { continue }
            guard answers[0].exit == 0 else {
                failures.append("\(backup.name): \(answers[0].tail)")
                continue
            }
            guard let verification = protection.verification(answers[1]) else {
                failures.append("\(backup.name): its expected replies are unknown")
                continue
            }
            let proof: VerificationProof
            do {
                proof = try await engine.verify([VerificationStep(verification: verification, step: backup.name)]).proof
            } catch RunError.misbehaves(_, let failed) {
                failures += failed.map { "\(backup.name): \($0.name): \($0.evidence)" }
                continue
            }
            try await commit(verification, record)
            let checks = proof.checks.count
            engine.report(.note("\(backup.name) is restored and passes verification (\(checks) checks)"))
            return RestoredError(cause: error, outcome: .restored(backup.name, checks: checks))
        }
        return failures.isEmpty ? error : RestoredError(cause: error, outcome: .temporary(failures))
    }

    /// Ends the temporary answers.
    private func commit(_ verification: any Verification, _ record: GuestRecord) async throws {
        var record = record
        record.pending = []
        record.needsVerification = false
        let commit = verification.protection?.commit ?? ":"
        let script: Script = "set -eu\n\(commit)\n\(engine.records.write(record))"
        let answer = try await engine.run([.change(script)], on: engine.guest)[0]
        guard answer.exit == 0 else {
            throw RunError.repairFailed(step: "restore", exit: answer.exit, errors: answer.tail)
        }
        try engine.forgetLegacyRecord()
    }
}

/// A run failed on a serving guest. Has the result of the recovery.
struct RestoredError: Error, Sendable, Equatable {
    package enum Outcome: Sendable, Equatable {
        /// The guest serves with an earlier configuration, which passed this many checks.
        case restored(String, checks: Int)
        /// No earlier configuration passes its verification any more. Has the reasons.
        case temporary([String])
    }

    package var cause: RunError
    package var outcome: Outcome
}

extension RestoredError: LocalizedError {
    package var errorDescription: String? { cause.errorDescription }

    package var failureReason: String? {
        let result =
            switch outcome {
            case .restored(let name, let checks):
                "The guest works as before: \(name) was restored and passed verification (\(checks) checks)."
            case .temporary(let failures):
                "No earlier configuration passes verification. The guest replies with temporary codes (4xx), so senders retry:\n"
                    + failures.joined(separator: "\n")
            }
        return [cause.failureReason, result].compactMap(\.self).joined(separator: "\n")
    }

    package var recoverySuggestion: String? { cause.recoverySuggestion }
}
