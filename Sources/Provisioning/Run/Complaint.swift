import Foundation

/// An error as a person is told it: what happened to what, why, and what to do next.
public struct Complaint: Sendable, Equatable {
    public var what: String
    public var why: String?
    public var next: String?

    public init(_ error: any Error) {
        let localized = error as? any LocalizedError
        what = localized?.errorDescription ?? Self.description(of: error)
        why = localized?.failureReason.flatMap { $0.isEmpty ? nil : $0 }
        next = localized?.recoverySuggestion
    }

    /// Of an error that has no text for people. The value itself is never printed: it may be anything.
    private static func description(of error: any Error) -> String {
        switch error {
        case is CancellationError: "interrupted"
        case let error as DecodingError: "unexpected JSON: \(reason(error))"
        case let error as EncodingError:
            if case .invalidValue(_, let context) = error {
                "a value cannot be written as JSON: \(context.debugDescription)"
            } else {
                "a value cannot be written as JSON"
            }
        case let error as CocoaError: text(error)
        default: "internal error \(type(of: error)); please report it"
        }
    }

    private static func reason(_ error: DecodingError) -> String {
        switch error {
        case .keyNotFound(let key, _): "key `\(key.stringValue)` is missing"
        case .typeMismatch(_, let context), .valueNotFound(_, let context), .dataCorrupted(let context):
            context.codingPath.isEmpty
                ? context.debugDescription
                : "\(context.codingPath.map(\.stringValue).joined(separator: ".")): \(context.debugDescription)"
        @unknown default: "it has another form"
        }
    }

    /// Names the file and the system's own reason, which Cocoa keeps apart from its text.
    private static func text(_ error: CocoaError) -> String {
        let path = error.userInfo[NSFilePathErrorKey] as? String ?? (error.userInfo[NSURLErrorKey] as? URL)?.path
        let cause = error.underlying as? POSIXError
        let reason = cause.map { String(cString: strerror($0.code.rawValue)) } ?? error.localizedDescription
        return path.map { "\($0): \(reason)" } ?? reason
    }

    /// The first line, the cause indented under it, and the advice behind an arrow.
    public var text: String {
        var lines = [what]
        if let why { lines += why.split(whereSeparator: \.isNewline).map { "  \($0)" } }
        if let next { lines.append("→ \(next)") }
        return lines.joined(separator: "\n")
    }
}
