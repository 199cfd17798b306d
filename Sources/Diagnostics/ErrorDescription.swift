import Foundation

/// An error in the form in which the user sees it: what failed and on what object, why, and what to do.
public struct ErrorDescription: Sendable, Equatable {
    /// What failed, and on what object.
    public var what: String
    /// The cause, or nil if the error has none.
    public var why: String?
    /// What the user can do, or nil if the error has no advice.
    public var next: String?

    public init(_ error: any Error) {
        let localized = error as? any LocalizedError
        what = localized?.errorDescription ?? Self.description(of: error)
        why = localized?.failureReason.flatMap { $0.isEmpty ? nil : $0 }
        next = localized?.recoverySuggestion
    }

    /// Returns a description of an error that has no text for users. It never prints the value itself, which may be
    /// anything, for example a secret.
    private static func description(of error: any Error) -> String {
        switch error {
        case is CancellationError: "interrupted"
        case let error as DecodingError: "unexpected JSON: \(reason(error))"
        case let error as EncodingError:
            if case .invalidValue(_, let context) = error {
                "cannot encode a value as JSON: \(context.debugDescription)"
            } else {
                "cannot encode a value as JSON"
            }
        case _ where isFileError(error):
            [path(of: error), reason(of: error)].compactMap(\.self).joined(separator: ": ")
        default: "internal error \(type(of: error)); please report it"
        }
    }

    /// Returns whether the error comes from the system or Foundation. The own text of such an error gives only a domain
    /// and a number.
    package static func isFileError(_ error: any Error) -> Bool {
        [NSCocoaErrorDomain, NSPOSIXErrorDomain].contains((error as NSError).domain)
    }

    /// Returns why something failed, without the path. For an error of the system, the text is the system's own.
    package static func reason(of error: any Error) -> String {
        guard isFileError(error) else { return ErrorDescription(error).text }
        let error = error as NSError
        if error.domain == NSPOSIXErrorDomain { return String(cString: strerror(CInt(truncatingIfNeeded: error.code))) }
        if let cause = error.userInfo[NSUnderlyingErrorKey] as? any Error,
            (cause as NSError).domain == NSPOSIXErrorDomain
        {
            return reason(of: cause)
        }
        let number: CInt? =
            switch CocoaError.Code(rawValue: error.code) {
            case .fileNoSuchFile, .fileReadNoSuchFile: ENOENT
            case .fileReadNoPermission, .fileWriteNoPermission: EACCES
            case .fileWriteOutOfSpace: ENOSPC
            case .fileWriteVolumeReadOnly: EROFS
            case .fileWriteFileExists: EEXIST
            case .fileReadTooLarge: EFBIG
            case .fileReadInvalidFileName, .fileWriteInvalidFileName: EINVAL
            default: nil
            }
        if let number { return String(cString: strerror(number)) }
        return switch CocoaError.Code(rawValue: error.code) {
        case .fileReadCorruptFile, .propertyListReadCorrupt, .coderReadCorrupt: "its content is damaged"
        case .fileReadInapplicableStringEncoding, .fileReadUnknownStringEncoding: "it is not UTF-8"
        case .fileReadUnknown: "it cannot be read"
        case .fileWriteUnknown: "it cannot be written"
        default: "file error \(error.code)"
        }
    }

    private static func path(of error: any Error) -> String? {
        let values = (error as NSError).userInfo
        return values[NSFilePathErrorKey] as? String ?? (values[NSURLErrorKey] as? URL)?.path
    }

    private static func reason(_ error: DecodingError) -> String {
        switch error {
        case .keyNotFound(let key, _): "key `\(key.stringValue)` is missing"
        case .typeMismatch(_, let context), .valueNotFound(_, let context), .dataCorrupted(let context):
            context.codingPath.isEmpty
                ? context.debugDescription
                : "\(context.codingPath.map(\.stringValue).joined(separator: ".")): \(context.debugDescription)"
        @unknown default: "it has an unexpected form"
        }
    }

    /// The text to show: the first line, the cause indented below it, and the advice after an arrow. Each part may
    /// contain text from a host.
    public var text: String {
        let head = what.split(whereSeparator: \.isNewline)
        let causes = ExternalText.lines(of: head.dropFirst().joined(separator: "\n") + "\n" + (why ?? ""))
        var lines = [String(head.first ?? "")] + causes.map { "  \($0)" }
        if let advice = next?.split(whereSeparator: \.isNewline), let first = advice.first {
            lines.append("→ \(first)")
            lines += ExternalText.lines(of: advice.dropFirst().joined(separator: "\n")).map { "  \($0)" }
        }
        return lines.joined(separator: "\n")
    }
}
