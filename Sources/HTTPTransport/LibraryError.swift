public import Foundation

/// A library that this program loads on demand is not installed.
public struct LibraryError: Error, Sendable, Equatable {
    /// The text of dlerror(3).
    public var reason: String
}

extension LibraryError: LocalizedError {
    public var errorDescription: String? { "libcurl cannot be loaded" }
    public var failureReason: String? { reason }
    public var recoverySuggestion: String? { "`apt-get install libcurl4`" }
}
