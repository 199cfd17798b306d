public import Foundation

/// Why a command does not fit the role of a site's playbook.
public enum RoleError: Error, Sendable, Equatable {
    /// The playbook of the site has another role, or none.
    case missing(role: String, site: String, playbook: String)
    /// The guest was made by a playbook of another role.
    case changed(guest: Int, site: String, playbook: String)
}

extension RoleError: LocalizedError {
    public var errorDescription: String? {
        switch self {
        case .missing(let role, let site, let playbook):
            "the playbook `\(playbook)` of \(site) does not have the role `\(role)`, which this command needs"
        case .changed(let guest, let site, let playbook):
            "guest \(guest) of \(site) was made for another role than that of the playbook `\(playbook)`"
        }
    }

    public var recoverySuggestion: String? {
        switch self {
        case .missing(let role, _, _): "Choose a site whose playbook has `role: \(role)`."
        case .changed(_, let site, _):
            "Run `mxprovision teardown \(site)` with the earlier inventory first, or give the new site another name."
        }
    }
}
