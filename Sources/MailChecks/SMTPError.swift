public import Foundation

/// Why a dialogue came to no judgement.
public enum SMTPError: Error, Sendable, Equatable {
    case silent(after: String, seconds: Int)
    case ended(after: String)
    /// Something that is no reply, quoted up to its first 200 bytes.
    case garbled(after: String, answer: String)
    /// Sent, it would have been more than one command; nothing was sent.
    case unsendable(command: String)
}

extension SMTPError: CustomStringConvertible {
    /// In one line, with what was replied.
    public var description: String { [errorDescription, failureReason].compactMap(\.self).joined(separator: ": ") }
}

extension SMTPError: LocalizedError {
    public var errorDescription: String? {
        switch self {
        case .silent(let command, let seconds): "the SMTP server said nothing for \(seconds) s after \(command)"
        case .ended(let command): "the SMTP server hung up after \(command)"
        case .garbled(let command, _): "the SMTP server answered \(command) with something that is no reply"
        case .unsendable(let command): "\(command.debugDescription) is not one SMTP command"
        }
    }

    public var failureReason: String? {
        guard case .garbled(_, let answer) = self else { return nil }
        return answer
    }

    public var recoverySuggestion: String? {
        switch self {
        case .silent, .ended, .garbled: "On the server: `journalctl -u 'postfix*' -n 50`."
        case .unsendable: "Look for a line break in the recipients and domains of the inventory."
        }
    }
}
