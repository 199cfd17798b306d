import RemoteShell

/// How the primary mail server is, as a guest sees it.
public struct PrimaryState: Codable, Sendable, Equatable {
    public enum State: String, Codable, Sendable {
        case answers
        /// It answers, and takes no mail: 4xx or 5xx at its banner, at EHLO or MAIL, or to mail that was tried before.
        case refuses
        /// The VPN is up and the mail server is not.
        case down
        /// Nothing at the VPN's far end answers.
        case vpnDown = "vpn-down"
    }

    public var state: State
    /// What was seen.
    public var evidence: String
    /// Milliseconds to the VPN's far end and back; nil where it does not answer ping.
    public var roundTrip: Int?

    public init(state: State, evidence: String, roundTrip: Int? = nil) {
        self.state = state
        self.evidence = evidence
        self.roundTrip = roundTrip
    }
}

extension PrimaryState {
    /// Asks as the guest's monitor does, by the program of the playbook.
    static func probe(_ primary: Inventory.Primary) -> Script {
        let peer = primary.peer ?? primary.address
        return "exec /usr/local/sbin/primary-state \(primary.address.description) \(primary.port) \(peer.description)"
    }

    /// Nil where the guest has no such program, or says something else.
    init?(_ answer: Completion) {
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
