import Foundation

/// Turns a write to a closed pipe into an error, instead of the signal that would end this process.
enum BrokenPipe {
    /// Ignores SIGPIPE, once per process and only if no handler is set yet. Child processes get the default action
    /// again.
    static func isAnError() { done }

    private static let done: Void = {
        if let chosen = signal(SIGPIPE, SIG_IGN) { signal(SIGPIPE, chosen) }
    }()
}
