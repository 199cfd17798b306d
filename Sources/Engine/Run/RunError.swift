import ConfigurationFiles
import Diagnostics
public import Foundation
public import Resources

/// Why a run stopped.
public enum RunError: Error, Sendable, Equatable {
    case repairFailed(step: String, exit: Int, errors: String)
    case didNotConverge(step: String, [Change])
    case undone(step: String, [Change])
    case unreadable(step: String, expected: String, answer: String)
    case handlerFailed(Handler, errors: String)
    case misbehaves(steps: [String], [VerifiedCheck])
    /// An external resource was to be published, and the playbook has no verification.
    case noVerification
    case lockedOut(step: String, reason: String)
}

extension RunError: LocalizedError {
    public var errorDescription: String? {
        switch self {
        case .repairFailed(let step, let exit, _): "step `\(step)` failed (exit status \(exit))"
        case .didNotConverge(let step, _): "step `\(step)` ran without error, but the guest still differs"
        case .undone(let step, _): "step `\(step)` was undone by a later step"
        case .unreadable(let step, let expected, _): "step `\(step)`: unexpected output; expected \(expected)"
        case .handlerFailed(let trigger, _): "`systemctl \(trigger)` failed in the guest"
        case .misbehaves(let steps, let checks):
            "step\(steps.count == 1 ? "" : "s") `\(steps.joined(separator: "`, `"))`: verification failed (\(checks.count) check\(checks.count == 1 ? "" : "s")); nothing was published"
        case .noVerification: "the playbook has no verification, so nothing can be published"
        case .lockedOut(let step, _): "step `\(step)` would block new logins and is being reverted"
        }
    }

    public var failureReason: String? {
        switch self {
        case .repairFailed(_, _, let errors), .handlerFailed(_, let errors): errors
        case .didNotConverge(_, let changes), .undone(_, let changes):
            changes.map { "\($0.subject) is \(quoted($0.before)); expected \(quoted($0.after))" }.joined(
                separator: "\n")
        case .unreadable(_, _, let answer): answer
        case .misbehaves(_, let checks): checks.map { "\($0.name): \($0.evidence)" }.joined(separator: "\n")
        case .lockedOut(_, let reason): reason
        case .noVerification: nil
        }
    }

    public var recoverySuggestion: String? {
        switch self {
        // dash reports a full disk only as "I/O error".
        case .repairFailed(_, _, let errors) where errors.contains(/No space left|I\/O error/):
            "The guest's disk may be full (check with `df -h` there). Free space and run `up` again; earlier steps are done."
        case .repairFailed: "Earlier steps are done, later steps were not started. Fix the cause and run `up` again."
        case .didNotConverge, .undone: "Another step may write the same setting: see `plan` with `--verbose`."
        case .unreadable: "Check the guest manually, or run again with `--verbose` to see the script."
        case .handlerFailed(let trigger, _):
            "In the guest: `journalctl -u \(CommandWord.quoted(trigger.service)) -n 50`; then run `up` again."
        case .misbehaves: "Correct the inventory or the playbook, then run `up` again."
        case .noVerification:
            "Add a step that verifies the guest, such as `check`, before the steps that open its ports."
        case .lockedOut: "Allow ssh from this machine in the playbook's firewall step."
        }
    }

    private func quoted(_ value: String?) -> String { value.map { "`\($0)`" } ?? "absent" }
}
