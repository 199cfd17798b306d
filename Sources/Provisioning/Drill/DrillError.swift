import ConfigurationFiles
import Engine
public import Foundation

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
        case .notDescribed(let file): "\(file) does not say how a drill's messages are seen at the primary"
        case .mailboxUnread: "the mailbox of the canaries cannot be read"
        case .mailboxTooLarge(_, let limit):
            "the mailbox command printed more than \(limit >> 20) MiB, which is the limit"
        case .logUnread(let log, _): "\(log) cannot be read"
        case .refused(let server, let address, _): "\(server) refuses mail to the canaries' address \(address)"
        case .noTable(let site): "the guest of \(site) has no transport table that a drill can hold mail with"
        case .taken(let address): "\(address) has a transport of its own; nothing was held"
        case .notHeld(let address, _): "mail to \(address) could not be held"
        case .notLifted(let site, _): "the hold of the drill could not be taken off \(site)"
        case .commandFailed(let purpose, let command, _, _): "`\(command)` did not \(purpose.rawValue) the primary"
        case .stillThere(let command, _): "`\(command)` has ended well, and the primary still takes mail"
        case .amiss(let site, _): "the drill of \(site) did not go as it should"
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
        case .notDescribed: "Give it a section `drill` with `mailbox` or `log`: see Inventory/three-sites.yml."
        case .mailboxUnread: "Try the command by hand; it is to print messages as they were delivered, and to end."
        case .mailboxTooLarge:
            """
            Let it print only the drill's messages: their header is `X-Mxprovision-Drill: ID`, and the id is in \
            $MXPROVISION_DRILL. An example is in Inventory/three-sites.yml (`drill: mailbox:`).
            """
        case .logUnread: "Name the primary's mail log in `drill: log:`, or read the mailbox: `drill: mailbox:`."
        case .refused:
            "Where the primary knows no `+` extensions, make an address there for drills alone, list it, and give it as `drill: canary:`."
        case .noTable: "Run `mxprovision up`, or give `transport_maps` a table of type hash or lmdb."
        case .taken: "Give another address as `drill: canary:`."
        case .notHeld: "Look at the guest's log: `journalctl -u 'postfix*' -n 50`; nothing was sent."
        case .notLifted(let site, _): "`mxprovision drill \(site) --release`, or `mxprovision up \(site)`."
        case .commandFailed(.stop, _, _, _):
            "Nothing was sent. Try the command by hand, and look whether the primary runs."
        case .commandFailed(.start, _, let site, _):
            "Start the primary, then `mxprovision drill \(site) --release --start-primary true`."
        case .stillThere:
            "Give a command that keeps it from taking mail, or leave it out: the canaries alone are held then."
        case .amiss:
            "The report tells of each message. On both hosts: `journalctl -u 'postfix*'`, by the ids that it names."
        }
    }
}
