import Diagnostics
public import Foundation
import RemoteShell

/// The reason why a secret cannot be read. No case contains the secret's value.
public enum SecretError: Error, Sendable, Equatable {
    /// What is wrong with the value itself.
    public enum Flaw: Sendable, Equatable {
        case empty, severalLines, notText, utf16
        /// An invisible character, in its escaped form.
        case invisible(String)
    }

    case missingVariable(String)
    case unreadableFile(String, reason: String)
    /// The file can be read or written by users other than its owner.
    case exposedFile(String, mode: Int)
    case commandFailed(String, reason: String)
    /// Ctrl-C ended the command.
    case interrupted(String)
    /// The command did not finish within the timeout and was ended.
    case overdue(String, seconds: Int)
    case unusable(SecretSource, Flaw)
}

extension SecretError: LocalizedError {
    public var errorDescription: String? {
        switch self {
        case .missingVariable(let name): "the environment variable `\(name)` for a secret is not set"
        case .unreadableFile(let path, _): "cannot read the secret in `\(path)`"
        case .exposedFile(let path, _): "the secret in `\(path)` is accessible to other users"
        case .commandFailed(let program, _): "cannot read a secret from `\(program)`"
        case .interrupted(let program): "`\(program)` was interrupted"
        case .overdue(let program, let seconds):
            "timeout: `\(program)` did not finish within \(seconds) s (waited for a secret)"
        case .unusable(let source, let flaw): "\(source.phrase) \(flaw.phrase)"
        }
    }

    public var failureReason: String? {
        switch self {
        case .missingVariable, .unusable, .interrupted, .overdue: nil
        case .unreadableFile(_, let reason), .commandFailed(_, let reason): reason
        case .exposedFile(_, let mode): "mode 0\(String(mode, radix: 8))"
        }
    }

    public var recoverySuggestion: String? {
        switch self {
        case .missingVariable(let name):
            "Set it without writing it to the shell history: `read -r \(name); export \(name)`."
        case .exposedFile(let path, _): "Run `chmod 600 \(CommandWord.quoted(path))`."
        case .overdue:
            "Run the command manually to see what it waits for. If it only needs more time, use `\(Timeouts.Kind.program.option) SECONDS`."
        case .unreadableFile, .commandFailed, .unusable, .interrupted: nil
        }
    }
}

extension SecretError.Flaw {
    fileprivate var phrase: String {
        switch self {
        case .empty: "is empty"
        case .severalLines: "has more than one line; expected only a token or password"
        case .utf16: "is UTF-16; save it as UTF-8"
        case .invisible(let form): "contains the invisible character \(form); remove it"
        case .notText: "is not text, or is too long for a secret"
        }
    }
}

extension SecretSource {
    /// The source of the secret as a phrase for error messages.
    fileprivate var phrase: String {
        switch self {
        case .environment(let name): "the secret in the environment variable `\(name)`"
        case .file(let path): "the secret in `\(path)`"
        case .command(let words): "the secret from `\(words[0])`"
        }
    }
}
