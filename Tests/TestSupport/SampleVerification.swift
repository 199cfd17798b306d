import Alerts
import BackupMX
package import ConfigurationFiles
package import Engine
package import RemoteShell
import Sites

/// A verification with any script, and one check whose verdict a test chooses.
package struct SampleVerification: Verification {
    package static let kind = "verify"
    private var exit = 0
    private var verdict = VerifiedCheck.Verdict.pass
    private var onEvaluation: @Sendable () -> Void = {}

    package init(_ parameters: inout Parameters) {}

    /// - Parameters:
    ///   - exit: the exit status of the script.
    ///   - verdict: the verdict if that status is 0; else the check fails.
    ///   - onEvaluation: runs for each evaluated result.
    package init(
        exit: Int = 0, verdict: VerifiedCheck.Verdict = .pass, onEvaluation: @escaping @Sendable () -> Void = {}
    ) {
        self.exit = exit
        self.verdict = verdict
        self.onEvaluation = onEvaluation
    }

    package func script() -> Script { "exit \(exit)" }

    package func checks(from result: CommandResult, of host: String) -> [VerifiedCheck] {
        onEvaluation()
        return [
            VerifiedCheck(
                name: "unlisted recipient", verdict: result.exit == 0 ? verdict : .fail, evidence: "250 2.1.5 Ok")
        ]
    }
}
