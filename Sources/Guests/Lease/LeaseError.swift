public import Engine
public import Foundation

/// Why a run lost its exclusive access to a site. It has stopped between two steps.
public enum LeaseError: Error, Sendable, Equatable {
    /// Another machine has acquired the site, or the line was removed from the notes.
    case lost(site: String, to: SiteLock.Holder?)
    /// Proxmox accepted no renewal until the lease expired.
    case lapsed(site: String, reason: String)
    /// The configuration changed each time between the read and the write.
    case contended(site: String)
}

extension LeaseError: LocalizedError {
    public var errorDescription: String? {
        switch self {
        case .lost(let site, _): "this run lost its lease of \(site)"
        case .lapsed(let site, _): "this run's lease of \(site) expired"
        case .contended(let site):
            "cannot update the notes of \(site)'s guest: its configuration changed during each attempt"
        }
    }

    public var failureReason: String? {
        switch self {
        case .lost(_, let holder?):
            "taken over by \(holder.who), `\(holder.command)`, since \(holder.since.formatted(.iso8601))"
        case .lost(_, nil): "the line `mxprovision-lease:` was removed from the guest's notes"
        case .lapsed(_, let reason): reason
        case .contended: nil
        }
    }

    public var recoverySuggestion: String? {
        switch self {
        case .lost(let site, _), .lapsed(let site, _), .contended(let site):
            "Completed changes are recorded. Check `mxprovision status \(site)`, then run the command again."
        }
    }
}
