public import Foundation

/// Why a command cannot reach a site's guest.
public enum SiteError: Error, Sendable, Equatable {
    case noAddress(site: String)
    case noGuest(site: String)
    case stopped(site: String, id: Int)
}

extension SiteError: LocalizedError {
    public var errorDescription: String? {
        switch self {
        case .noAddress(let site): "the public address of \(site) is unknown"
        case .noGuest(let site): "\(site) has no guest"
        case .stopped(let site, let id): "guest \(id) of \(site) is stopped"
        }
    }

    public var recoverySuggestion: String? {
        switch self {
        case .noAddress: "Set the site's `dns: addresses:`, or run `mxprovision up` first."
        case .noGuest(let site): "Run `mxprovision up \(site)` to create it."
        case .stopped(let site, _): "Run `mxprovision up \(site)` to start it."
        }
    }
}
