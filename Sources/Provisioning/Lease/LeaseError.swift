public import Foundation

/// Why a run could not keep a site to itself. It has stopped between two steps.
public enum LeaseError: Error, Sendable, Equatable {
    /// Another machine has taken the site, or somebody has cleared the line from the notes.
    case lost(site: String, to: SiteLock.Holder?)
    /// Proxmox took no renewal for as long as the lease was good for.
    case lapsed(site: String, reason: String)
    /// The configuration changed each time between a look at it and the change.
    case contended(site: String)
}

extension LeaseError: LocalizedError {
    public var errorDescription: String? {
        switch self {
        case .lost(let site, _): "\(site) was taken over from this run"
        case .lapsed(let site, _): "this run's hold on \(site) has run out"
        case .contended(let site): "somebody else changes the configuration of \(site)'s guest all the time"
        }
    }

    public var failureReason: String? {
        switch self {
        case .lost(_, let holder?):
            "by \(holder.who), `\(holder.command)`, since \(holder.since.formatted(.iso8601))"
        case .lost(_, nil): "the line `mxprovision-lease:` is not in the guest's notes any more"
        case .lapsed(_, let reason): reason
        case .contended: nil
        }
    }

    public var recoverySuggestion: String? {
        switch self {
        case .lost(let site, _), .lapsed(let site, _), .contended(let site):
            "What was done is recorded. See `mxprovision status \(site)`, then run the command again."
        }
    }
}
