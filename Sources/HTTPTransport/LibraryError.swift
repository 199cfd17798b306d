public import Foundation

/// The program is there without a library that it loads when it is needed.
public struct LibraryError: Error, Sendable, Equatable {
    /// In the words of dlerror(3).
    public var reason: String
}

extension LibraryError: LocalizedError {
    public var errorDescription: String? { "libcurl cannot be loaded" }
    public var failureReason: String? { reason }
    public var recoverySuggestion: String? { "`apt-get install libcurl4`" }
}
