import ConfigurationFiles
import Diagnostics
import RemoteShell

/// Evidence that the guest passed its playbook's verification in this run, after the run's last change of what it
/// serves.
///
/// Only ``Engine`` creates it. Everything that lets mail reach the guest requires one.
package struct VerificationProof: Sendable {
    package let checks: [VerifiedCheck]

    fileprivate init(_ checks: [VerifiedCheck]) { self.checks = checks }
}

extension Engine {
    /// Evaluates the results of verifications' scripts. Results can be missing after a script that failed.
    ///
    /// - Throws: ``RunError/misbehaves(steps:_:)`` if a check did not pass. Has the failed checks of all verifications.
    func proof(of answers: [CommandResult], to verifications: [VerificationStep]) async throws -> VerificationProof {
        var all: [VerifiedCheck] = []
        var failed: [VerifiedCheck] = []
        var steps: [String] = []
        for (index, entry) in verifications.enumerated() {
            let checks =
                answers.indices.contains(index)
                ? try await checks(of: answers[index], to: entry.verification) : [entry.notReached]
            all += checks
            let wrong = checks.filter { !$0.verdict.isProven }
            failed += wrong
            if !wrong.isEmpty || checks.isEmpty { steps.append(entry.step) }
        }
        guard steps.isEmpty, !all.isEmpty else {
            throw RunError.misbehaves(steps: steps, failed)
        }
        return VerificationProof(all)
    }

    /// Returns the checks of the session. If the session could not be opened or broke off, returns one check with the
    /// verdict `unchecked`.
    private func checks(of answer: CommandResult, to verification: any Verification) async throws -> [VerifiedCheck] {
        do { return try await verification.checks(from: answer, of: guest.name) } catch let error as CancellationError {
            throw error
        } catch {
            let complaint = ErrorDescription(error)
            let evidence = [complaint.what, complaint.why].compactMap(\.self).joined(separator: ": ")
            return [
                VerifiedCheck(
                    name: type(of: verification).kind, verdict: .unchecked, evidence: "not checked: \(evidence)",
                    advice: complaint.next)
            ]
        }
    }
}

extension VerificationStep {
    /// The check of a verification that did not run, because an earlier one failed.
    fileprivate var notReached: VerifiedCheck {
        VerifiedCheck(
            name: type(of: verification).kind, verdict: .unchecked,
            evidence: "not checked: an earlier verification failed")
    }
}

/// The proof of a run, created when it is first needed.
package actor ProofSource {
    private var proof: VerificationProof?
    private let verify: @Sendable () async throws -> VerificationProof

    /// - Parameters:
    ///   - proof: the run's proof, if it has verified the guest already.
    ///   - verify: verifies the guest.
    package init(_ proof: VerificationProof?, orElse verify: @escaping @Sendable () async throws -> VerificationProof) {
        self.proof = proof
        self.verify = verify
    }

    /// Returns the proof, after verifying the guest if that was not done yet.
    ///
    /// - Throws: the error that prevents a verification, including ``RunError/misbehaves(steps:_:)``.
    package func get() async throws -> VerificationProof {
        if let proof { return proof }
        let made = try await verify()
        proof = made
        return made
    }
}
