import RemoteShell

@testable import Provisioning

/// A guest that passes every verification, or none.
private struct Judge: GuestConnection {
    var verdict: VerifiedCheck.Verdict

    func run(_ errands: [Errand]) -> [Completion] { errands.map { _ in Completion(exit: 0) } }
    func reopened() -> any GuestConnection { self }
    func question(of verification: Verification) -> Script { ":" }
    func judge(_ answer: Completion, of verification: Verification) -> [VerifiedCheck] {
        [VerifiedCheck(name: "unlisted recipient", verdict: verdict, evidence: "550 5.1.1")]
    }
    func close() {}
}

extension ProofSource {
    /// The proof of a guest that passes: only the engine can make one.
    static var passing: ProofSource { judged(.pass) }
    static var failing: ProofSource { judged(.fail) }

    private static func judged(_ verdict: VerifiedCheck.Verdict) -> ProofSource {
        ProofSource(nil) {
            let verification = Verification(recipients: ["you@example.org"], domains: ["example.org"], hostname: "mx")
            let step = Step(id: "verify", line: 1, action: .verification(verification))
            let folder = SiteFolder(path: "/nonexistent")
            return try await Engine(
                guest: Judge(verdict: verdict), ledger: Ledger(reading: folder), report: { _ in }
            ).verify([step])
        }
    }
}
