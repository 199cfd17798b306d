import Foundation

/// A command that cannot be carried out as it was typed.
struct UsageMistake: LocalizedError {
    var what: String
    var next: String

    var errorDescription: String? { what }
    var recoverySuggestion: String? { next }
}
