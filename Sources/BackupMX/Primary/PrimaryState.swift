import Alerts
import ConfigurationFiles
import Engine
import RemoteShell
import Sites

/// The state of the primary mail server as a guest sees it.
public struct PrimaryState: Codable, Sendable, Equatable {
    public enum State: String, Codable, Sendable, CaseIterable {
        case answers
        /// It answers but accepts no mail: it returns 4xx or 5xx in its banner, to EHLO or MAIL, or to mail that was
        /// tried before.
        case refuses
        /// The VPN is up, but the mail server is down.
        case down
        /// Nothing at the VPN's far end answers.
        case vpnDown = "vpn-down"
    }

    public var state: State
    /// What the check has found.
    public var evidence: String
    /// Round trip time to the VPN's far end in milliseconds; nil if it does not answer ping.
    public var roundTrip: Int?

    public init(state: State, evidence: String, roundTrip: Int? = nil) {
        self.state = state
        self.evidence = evidence
        self.roundTrip = roundTrip
    }
}

extension PrimaryState {
    /// Returns the script that checks the primary in the same way as the guest's monitor, by the playbook's program.
    static func probe(_ primary: PrimaryServer) -> Script {
        let peer = primary.peer ?? primary.address
        return "exec /usr/local/sbin/primary-state \(primary.address.description) \(primary.port) \(peer.description)"
    }

    /// Reads the result of ``probe(_:)``. Returns nil if the guest has no such program, or the output has another
    /// format.
    init?(_ answer: CommandResult) {
        guard answer.exit == 0 else { return nil }
        let pairs = answer.text.split(separator: "\n").compactMap { line -> (String, String)? in
            let parts = line.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            return parts.count == 2 ? (parts[0], parts[1]) : nil
        }
        let values = Dictionary(pairs) { first, _ in first }
        guard let state = values["state"].flatMap(State.init), let evidence = values["evidence"] else { return nil }
        self.init(state: state, evidence: evidence, roundTrip: values["roundtrip"].flatMap { Int($0) })
    }
}
