import Foundation

/// A child that ends before it has read all is no reason to die: the write that comes too late says so.
enum BrokenPipe {
    /// Ignores SIGPIPE, once a process, and only where nobody has said yet what it is to do. Children have it anew.
    static func isAnError() { done }

    private static let done: Void = {
        if let chosen = signal(SIGPIPE, SIG_IGN) { signal(SIGPIPE, chosen) }
    }()
}
