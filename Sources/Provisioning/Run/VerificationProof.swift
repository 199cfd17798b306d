import RemoteShell

/// Evidence that the guest passed its playbook's verification in this run, after the run's last change of what it serves.
///
/// Only ``Engine`` creates it. Whatever lets mail come to the guest needs one.
struct VerificationProof: Sendable {
    let checks: [VerifiedCheck]

    fileprivate init(_ checks: [VerifiedCheck]) { self.checks = checks }
}

extension Engine {
    /// Judges the answer to a verification's script.
    ///
    /// - Throws: ``RunError/misbehaves(step:_:)`` if a check did not pass.
    func proof(of answer: Completion, to verification: Verification, step: String) async throws -> VerificationProof {
        let checks = try await checks(of: answer, to: verification)
        let failed = checks.filter { !$0.verdict.isProven }
        guard failed.isEmpty, !checks.isEmpty else { throw RunError.misbehaves(step: step, failed) }
        return VerificationProof(checks)
    }

    /// If the session could not be opened or broke off, nothing was checked.
    private func checks(of answer: Completion, to verification: Verification) async throws -> [VerifiedCheck] {
        do { return try await guest.judge(answer, of: verification) } catch let error as CancellationError {
            throw error
        } catch {
            let complaint = Complaint(error)
            let evidence = [complaint.what, complaint.why].compactMap(\.self).joined(separator: ": ")
            return [
                VerifiedCheck(
                    name: "SMTP session", verdict: .unchecked, evidence: "not checked: \(evidence)",
                    advice: complaint.next)
            ]
        }
    }
}

/// The proof of a run, made when it is first needed.
actor ProofSource {
    private var proof: VerificationProof?
    private let verify: @Sendable () async throws -> VerificationProof

    /// - Parameters:
    ///   - proof: the run's proof, if it has verified the guest already.
    ///   - verify: verifies the guest.
    init(_ proof: VerificationProof?, orElse verify: @escaping @Sendable () async throws -> VerificationProof) {
        self.proof = proof
        self.verify = verify
    }

    /// - Throws: what keeps the guest from being verified, ``RunError/misbehaves(step:_:)`` included.
    func get() async throws -> VerificationProof {
        if let proof { return proof }
        let made = try await verify()
        proof = made
        return made
    }
}
