import Foundation

/// A usage error: the command cannot run as it was typed.
struct UsageMistake: LocalizedError {
    var what: String
    var next: String?

    var errorDescription: String? { what }
    var recoverySuggestion: String? { next }
}
