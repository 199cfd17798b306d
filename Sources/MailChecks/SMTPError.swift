public import Foundation

/// The reason why an SMTP session gave no result.
public enum SMTPError: Error, Sendable, Equatable {
    case silent(after: String, seconds: Int)
    case ended(after: String)
    /// The reply is not an SMTP reply. `answer` contains its first 200 bytes.
    case garbled(after: String, answer: String)
    /// The text would have been more than one command; nothing was sent.
    case unsendable(command: String)
}

extension SMTPError: CustomStringConvertible {
    /// The error in one line, with the reply.
    public var description: String { [errorDescription, failureReason].compactMap(\.self).joined(separator: ": ") }
}

extension SMTPError: LocalizedError {
    public var errorDescription: String? {
        switch self {
        case .silent(let command, let seconds): "the SMTP server sent no reply within \(seconds) s after \(command)"
        case .ended(let command): "the SMTP server closed the connection after \(command)"
        case .garbled(let command, _): "the SMTP server sent an invalid reply to \(command)"
        case .unsendable(let command): "\(command.debugDescription) is not a single SMTP command"
        }
    }

    public var failureReason: String? {
        guard case .garbled(_, let answer) = self else { return nil }
        return answer
    }

    public var recoverySuggestion: String? {
        switch self {
        case .silent, .ended, .garbled: "Check the log on the server: `journalctl -u 'postfix*' -n 50`."
        case .unsendable: "Check the recipients and domains in the inventory for line breaks."
        }
    }
}
