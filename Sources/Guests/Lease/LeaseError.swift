import ConfigurationFiles
public import Engine
public import Foundation
import Resources

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
