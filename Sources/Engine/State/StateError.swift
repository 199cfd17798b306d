import ConfigurationFiles
import Diagnostics
public import Foundation
import Resources

/// Why a site's state cannot be used.
public enum StateError: Error, Sendable, Equatable {
    case unreadable(path: String, reason: String)
    case unwritable(path: String, reason: String)
    case tooNew(path: String, version: Int)
    case exposed(path: String, mode: Int)
    /// Another user could have created or changed the file or folder.
    case untrusted(path: String, reason: String, advice: String)
}

extension StateError: LocalizedError {
    public var errorDescription: String? {
        switch self {
        case .unreadable(let path, _): "\(path) cannot be read"
        case .unwritable(let path, _): "\(path) cannot be written"
        case .tooNew(let path, let version): "\(path) has version \(version), written by a newer mxprovision"
        case .untrusted(let path, _, _): "\(path) cannot be trusted"
        case .exposed(let path, let mode): "\(path) is accessible to other users (mode \(String(mode, radix: 8)))"
        }
    }

    public var failureReason: String? {
        switch self {
        case .unreadable(_, let reason), .unwritable(_, let reason): reason
        case .tooNew: "this version reads up to \(SiteState.currentVersion)"
        case .untrusted(_, let reason, _): reason
        case .exposed: "only its owner may have access to the state of a site"
        }
    }

    public var recoverySuggestion: String? {
        switch self {
        case .unreadable(let path, _):
            "Fix or move the file (`mv \(path) \(path).broken`). Without it, `mxprovision up` finds the guest by its marker."
        case .unwritable:
            "Free space, fix the permissions, or choose another folder with `--state-dir` or `--queue-dir`."
        case .tooNew: "Use the newer version of mxprovision."
        case .untrusted(_, _, let advice):
            "If you own it, run `\(advice)`. Otherwise choose another folder with `--state-dir` or `--queue-dir`."
        case .exposed(let path, _): "Run `chmod 600 \(CommandWord.quoted(path))`."
        }
    }
}
