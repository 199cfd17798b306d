import Engine
public import Foundation

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
        case .scriptFailed(let primary, let exit, _): "\(primary) was not made to know the guest (exit status \(exit))"
        case .nothingPulled(let site): "the guest of \(site) asks nobody for recipients: they stand in the inventory"
        case .noKey(let site): "the guest of \(site) has no key yet that the primary could let in"
        }
    }

    public var failureReason: String? {
        if case .scriptFailed(_, _, let errors) = self { errors } else { nil }
    }

    public var recoverySuggestion: String? {
        switch self {
        case .scriptFailed: "Mend that on the primary and run the command again."
        case .nothingPulled: nil
        case .noKey(let site): "Run `mxprovision up \(site)`, which makes it."
        }
    }
}
