import Alerts
import Engine
public import Foundation
import Sites

/// Why a guest's access to the primary could not be set up or removed.
public enum PrimaryError: Error, Sendable, Equatable {
    case scriptFailed(primary: String, exit: Int, errors: String)
    /// The playbook has no step that pulls recipients for this site.
    case nothingPulled(site: String)
    /// No run has created the guest's key yet.
    case noKey(site: String)
}

extension PrimaryError: LocalizedError {
    public var errorDescription: String? {
        switch self {
        case .scriptFailed(let primary, let exit, _):
            "cannot update the guest's ssh access on \(primary) (exit status \(exit))"
        case .nothingPulled(let site): "the guest of \(site) does not pull recipients: the inventory lists them"
        case .noKey(let site): "the guest of \(site) has no ssh key for the primary yet"
        }
    }

    public var failureReason: String? {
        if case .scriptFailed(_, _, let errors) = self { errors } else { nil }
    }

    public var recoverySuggestion: String? {
        switch self {
        case .scriptFailed: "Fix this on the primary, then run the command again."
        case .nothingPulled: nil
        case .noKey(let site): "Run `mxprovision up \(site)` to create it."
        }
    }
}
