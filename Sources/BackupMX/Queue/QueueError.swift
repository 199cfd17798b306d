import Alerts
import ConfigurationFiles
import Engine
public import Foundation
public import ProxmoxAPI
import Resources
import Sites

/// Why a guest's mail queue could not be drained, exported or imported. No message is lost.
public enum QueueError: Error, Sendable, Equatable {
    case notEmpty(guest: GuestID, messages: Int)
    /// Postfix has put aside messages that it could not read. They never leave the queue by themselves.
    case putAside(guest: GuestID, messages: Int)
    case unknown(guest: GuestID, reason: String)
    case notExported(path: String, reason: String)
    case notImported(path: String, reason: String)
    /// Another queue must be imported into the guest first.
    case waiting(path: String)
    /// The file is damaged, or is not a packed queue.
    case unreadable(path: String, reason: String)
    /// A packed file does not exist any more.
    case missing(path: String)
    /// The export file exists already, with other content.
    case occupied(path: String)
}

extension QueueError: LocalizedError {
    public var errorDescription: String? {
        switch self {
        case .notEmpty(let guest, let messages):
            "\(messages) message\(messages == 1 ? " is" : "s are") still queued on guest \(guest); nothing was destroyed"
        case .putAside(let guest, let messages):
            "Postfix has put aside \(messages) message\(messages == 1 ? "" : "s") on guest \(guest); nothing was destroyed"
        case .unknown(let guest, _): "cannot read the mail queue of guest \(guest); nothing was destroyed"
        case .notExported(let path, _): "cannot export the mail queue to \(path); nothing was destroyed"
        case .notImported(let path, _): "cannot import the mail queue of \(path) into the guest"
        case .waiting(let path): "the mail queue of \(path) is not imported into the guest yet"
        case .unreadable(let path, _): "\(path) is not a complete mail queue"
        case .missing(let path): "the mail queue \(path) is missing"
        case .occupied(let path): "the file \(path) already exists and is not this guest's mail queue"
        }
    }

    public var failureReason: String? {
        switch self {
        case .notEmpty, .waiting, .missing, .occupied: nil
        case .putAside: "they are kept in /var/spool/postfix/corrupt and will not be delivered"
        case .unknown(_, let reason), .notExported(_, let reason), .notImported(_, let reason),
            .unreadable(_, let reason):
            reason
        }
    }

    public var recoverySuggestion: String? {
        switch self {
        case .notEmpty:
            "Bring the primary back and let the queue drain (`--drain SECONDS`), or export it: `--export queue.tar.gz`."
        case .putAside:
            "Export them: `--export queue.tar.gz`. Or read them in the guest (`postcat FILE`), and remove them."
        case .unknown: "Repair the guest so that ssh reaches it (`mxprovision up`), then run the command again."
        case .notExported: "Free disk space there, or choose another file, and run the command again."
        case .notImported: "The messages are in the file and in no guest. Fix the cause and run the command again."
        case .waiting:
            "Run `mxprovision up` without `--import`, then this command again; or discard the other queue: `--discard-import`."
        case .unreadable, .missing:
            """
            Export the queue again if its guest still exists. To continue without it: \
            `mxprovision up --discard-import`, which keeps the file.
            """
        case .occupied: "Choose another file. Nothing was changed."
        }
    }
}
