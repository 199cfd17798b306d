import Foundation

/// An error as a person is told it: what happened to what, why, and what to do next.
public struct Complaint: Sendable, Equatable {
    public var what: String
    public var why: String?
    public var next: String?

    public init(_ error: any Error) {
        let localized = error as? any LocalizedError
        what = localized?.errorDescription ?? String(describing: error)
        why = localized?.failureReason.flatMap { $0.isEmpty ? nil : $0 }
        next = localized?.recoverySuggestion
    }

    /// The first line, the cause indented under it, and the advice behind an arrow.
    public var text: String {
        var lines = [what]
        if let why { lines += why.split(whereSeparator: \.isNewline).map { "  \($0)" } }
        if let next { lines.append("→ \(next)") }
        return lines.joined(separator: "\n")
    }
}
