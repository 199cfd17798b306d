import Alerts
import ConfigurationFiles
import Engine
public import Foundation
import Sites

/// Why a drill failed to run, or what it found.
public enum DrillError: Error, Sendable, Equatable {
    /// The inventory has no section `drill`.
    case notDescribed(file: String)
    case mailboxUnread(command: [String], reason: String)
    /// The command printed more bytes than the limit.
    case mailboxTooLarge(command: [String], limit: Int)
    case logUnread(log: String, reason: String)
    /// The backup or the primary refuses mail to the canaries' address.
    case refused(by: String, address: String, reply: String)
    /// Postfix's settings name no table that can hold mail.
    case noTable(site: String)
    /// The address already has its own transport.
    case taken(address: String)
    case notHeld(address: String, reason: String)
    case notLifted(site: String, reason: String)
    case commandFailed(purpose: Purpose, command: String, site: String, reason: String)
    /// The stop command succeeded, but the primary still accepts mail.
    case stillThere(command: String, evidence: String)
    /// Not every canary has arrived exactly once and unchanged.
    case amiss(site: String, phrases: [String])

    public enum Purpose: String, Sendable { case stop, start }
}

extension DrillError: LocalizedError {
    public var errorDescription: String? {
        switch self {
        case .notDescribed(let file): "\(file) does not configure how to detect a drill's messages at the primary"
        case .mailboxUnread: "cannot read the mailbox of the canaries"
        case .mailboxTooLarge(_, let limit):
            "the output of the mailbox command exceeds the limit of \(limit >> 20) MiB"
        case .logUnread(let log, _): "cannot read \(log)"
        case .refused(let server, let address, _): "\(server) refuses mail to the canaries' address \(address)"
        case .noTable(let site): "the guest of \(site) has no transport table that can hold mail for a drill"
        case .taken(let address): "\(address) already has a transport; nothing was held"
        case .notHeld(let address, _): "cannot hold mail to \(address)"
        case .notLifted(let site, _): "cannot remove the drill's hold from \(site)"
        case .commandFailed(let purpose, let command, _, _): "`\(command)` did not \(purpose.rawValue) the primary"
        case .stillThere(let command, _): "`\(command)` succeeded, but the primary still accepts mail"
        case .amiss(let site, _): "the drill of \(site) failed"
        }
    }

    public var failureReason: String? {
        switch self {
        case .notDescribed, .noTable, .taken: nil
        case .mailboxUnread(let command, let reason): "`\(command.joined(separator: " "))`: \(reason)"
        case .mailboxTooLarge(let command, _): "`\(command.joined(separator: " "))`"
        case .logUnread(_, let reason), .refused(_, _, let reason), .notHeld(_, let reason), .notLifted(_, let reason),
            .commandFailed(_, _, _, let reason), .stillThere(_, let reason):
            reason
        case .amiss(_, let phrases): phrases.joined(separator: "\n")
        }
    }

    public var recoverySuggestion: String? {
        switch self {
        case .notDescribed: "Add a section `drill` with `mailbox` or `log`: see Inventory/three-sites.yml."
        case .mailboxUnread:
            "Run the command manually: it must print the messages as they were delivered, and then exit."
        case .mailboxTooLarge:
            """
            Make it print only the drill's messages: their header is `X-Mxprovision-Drill: ID`, and the id is in \
            $MXPROVISION_DRILL. An example is in Inventory/three-sites.yml (`drill: mailbox:`).
            """
        case .logUnread: "Set `drill: log:` to the primary's mail log, or use `drill: mailbox:`."
        case .refused:
            "If the primary does not support `+` extensions, create an address there for drills only, add it to the recipients, and set `drill: canary:` to it."
        case .noTable: "Run `mxprovision up`, or add a table of type hash or lmdb to `transport_maps`."
        case .taken: "Set `drill: canary:` to another address."
        case .notHeld: "Nothing was sent. Check the guest's log: `journalctl -u 'postfix*' -n 50`."
        case .notLifted(let site, _): "Run `mxprovision drill \(site) --release`, or `mxprovision up \(site)`."
        case .commandFailed(.stop, _, _, _):
            "Nothing was sent. Run the command manually, and check whether the primary is running."
        case .commandFailed(.start, _, let site, _):
            "Start the primary, then `mxprovision drill \(site) --release --start-primary true`."
        case .stillThere:
            "Use a command that stops the primary from accepting mail, or omit it: then only the canaries are held."
        case .amiss:
            "The report describes each message. Search for its queue id on both hosts: `journalctl -u 'postfix*'`."
        }
    }
}
