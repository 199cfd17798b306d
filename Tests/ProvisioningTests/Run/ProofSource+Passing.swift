import RemoteShell
import TestSupport

@testable import Alerts
@testable import BackupMX
@testable import ConfigurationFiles
@testable import Engine
@testable import Sites

/// A guest whose commands all succeed.
private struct CompliantGuest: GuestConnection {
    func run(_ commands: [RemoteCommand]) -> [CommandResult] { commands.map { _ in CommandResult(exit: 0) } }
    func reopened() -> any GuestConnection { self }
    func close() {}
}

extension ProofSource {
    /// The proof of a guest that passes. Only the engine can create one.
    static var passing: ProofSource { judged(.pass) }
    static var failing: ProofSource { judged(.fail) }

    private static func judged(_ verdict: VerifiedCheck.Verdict) -> ProofSource {
        ProofSource(nil) {
            let verification = SampleVerification(verdict: verdict)
            let step = Step(id: "verify", line: 1, action: .verification(verification))
            let folder = SiteFolder(path: "/nonexistent")
            return try await Engine(
                guest: CompliantGuest(), stateStore: StateStore(reading: folder), report: { _ in }
            ).verify([step])
        }
    }
}
