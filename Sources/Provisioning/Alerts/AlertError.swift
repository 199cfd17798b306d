public import Foundation

/// Why alerts cannot be sent, or nothing is known of them. None of it says what a secret is.
public enum AlertError: Error, Sendable, Equatable {
    /// The secret that was read as the URL of a channel is none, or none of its kind.
    case unusableAddress(channel: String)
    /// No run has brought the site's guest so far that it watches itself.
    case noMonitor(site: String)
}

extension AlertError: LocalizedError {
    public var errorDescription: String? {
        switch self {
        case .unusableAddress(let channel):
            "the URL of the alert channel `\(channel)` is no `https://` URL that it can use"
        case .noMonitor(let site): "\(site) has no guest that watches itself"
        }
    }

    public var recoverySuggestion: String? {
        switch self {
        case .unusableAddress: "Copy the whole of it from the service into where the inventory says it stands."
        case .noMonitor(let site): "Run `mxprovision up \(site)` first."
        }
    }
}
