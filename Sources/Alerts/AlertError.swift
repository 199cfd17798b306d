import ConfigurationFiles
import Engine
public import Foundation
import Resources

/// An error of sending alerts or of reading a guest's alert state. No message contains a secret.
public enum AlertError: Error, Sendable, Equatable {
    /// The secret that was read as a channel's URL is not a valid URL for its kind.
    case unusableAddress(channel: String)
    /// No run has installed the monitor in the site's guest yet.
    case noMonitor(site: String)
}

extension AlertError: LocalizedError {
    public var errorDescription: String? {
        switch self {
        case .unusableAddress(let channel):
            "the URL of the alert channel `\(channel)` is not a valid `https://` URL for it"
        case .noMonitor(let site): "the guest of \(site) has no monitor"
        }
    }

    public var recoverySuggestion: String? {
        switch self {
        case .unusableAddress: "Copy the complete URL from the service to the place that the inventory names."
        case .noMonitor(let site): "Run `mxprovision up \(site)` first."
        }
    }
}
