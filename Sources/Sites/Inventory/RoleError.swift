public import Foundation

/// Why a command of a role cannot run.
public enum RoleError: Error, Sendable, Equatable {
    /// The playbook of the site has another role, or none.
    case missing(role: String, site: String, playbook: String)
}

extension RoleError: LocalizedError {
    public var errorDescription: String? {
        switch self {
        case .missing(let role, let site, let playbook):
            "the playbook `\(playbook)` of \(site) does not have the role `\(role)`, which this command needs"
        }
    }

    public var recoverySuggestion: String? {
        switch self {
        case .missing: "`mxprovision verify` runs the playbook's own checks; `mxprovision status` shows the site."
        }
    }
}
