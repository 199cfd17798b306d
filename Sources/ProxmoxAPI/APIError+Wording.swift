public import Foundation

extension APIError: LocalizedError {
    public var errorDescription: String? {
        switch self {
        case .unreachable(let endpoint, _): "the Proxmox API at \(endpoint) cannot be reached"
        case .untrusted(let endpoint, .some, _): "\(endpoint) shows another certificate than the inventory's"
        case .untrusted(let endpoint, nil, _):
            "\(endpoint) shows a certificate that the inventory's authority does not vouch for"
        case .authorityUnreadable(let file): "the authority's file \(file) cannot be used"
        case .answerLost(let endpoint, _): "the connection to \(endpoint) ended before the answer came"
        case .unauthorized(let endpoint, let who, _): "\(endpoint) does not let \(who) in"
        case .forbidden(let who, let path?, let privileges?, _): "\(who) lacks \(privileges) on \(path)"
        case .forbidden(let who, _, _, _): "\(who) may not do this"
        case .invalid: "Proxmox does not take the parameters"
        case .missing(let reason), .locked(let reason), .modified(let reason), .taken(let reason),
            .alreadyRunning(let reason), .notRunning(let reason):
            "Proxmox refused: \(reason)"
        case .refused(let status, let reason): "Proxmox refused (\(status)): \(reason)"
        case .unreadable(let call, _): "the answer to \(call) cannot be read"
        case .stillRunning(let task, let seconds): "the task \(task) has not ended after \(seconds) s"
        }
    }

    public var failureReason: String? {
        switch self {
        case .unreachable(_, let reason), .answerLost(_, let reason), .unauthorized(_, _, let reason),
            .forbidden(_, _, _, let reason), .unreadable(_, let reason):
            reason
        case .untrusted(_, let pinned, let shown):
            [pinned.map { "pinned  \($0)" }, shown.map { "shown   \($0)" }].compactMap(\.self).joined(separator: "\n")
        case .invalid(let reason, let errors):
            ([reason] + errors.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" }).joined(separator: "\n")
        case .authorityUnreadable: "it is missing, may not be read, or is no PEM certificate"
        case .missing, .locked, .modified, .taken, .alreadyRunning, .notRunning, .refused, .stillRunning: nil
        }
    }

    public var recoverySuggestion: String? {
        switch self {
        case .unreachable: "See that the node is up and that this machine reaches it (`proxmox: address:` and `port:`)."
        case .untrusted(_, .some, _):
            "If the node's certificate was renewed, read its fingerprint on the node (`pvenode cert info`) and put it into the inventory."
        case .untrusted, .authorityUnreadable: "Take the authority's file from the node: /etc/pve/pve-root-ca.pem."
        case .answerLost: "Run the command again: it looks at what was carried out before it does anything."
        case .unauthorized:
            "See that the token exists, has not expired, and that its secret is the right one (`pveum user token list`)."
        case .forbidden(let who, let path?, let privileges?, _):
            "Give a role with \(privileges) on \(path) to \(who): `pveum acl modify \(path) …`; a separated token and its user both need it."
        case .locked:
            "Something else works on the guest: wait for its end and run the command again. If nothing does (`pvesh get /cluster/tasks` on the node), `pct unlock` it there."
        case .modified: "Somebody else works on the guest; run the command again, which looks at it anew."
        case .taken: "Choose a number that is free: `pvesh get /cluster/nextid` on the node shows one."
        case .refused(_, let reason) where reason.hasPrefix("hostname lookup"):
            "Set `proxmox: node:` to a node of that cluster: `pvecm nodes`, or `hostname` where it is alone."
        case .refused(_, let reason) where reason.contains("no quorum"):
            "The node's cluster has no majority, so it changes nothing: see `pvecm status` on the node. Then run the command again; it goes on where it stopped."
        case .refused:
            "Mend the cause on the node (`journalctl -u pvedaemon -u pveproxy`) and run the command again; it goes on where it stopped."
        case .missing, .alreadyRunning, .notRunning, .unreadable:
            "Run the command again: it looks at what is there before it does anything."
        case .stillRunning:
            "See on the node whether it still goes on (`pvesh get /cluster/tasks`), then run the command again."
        case .forbidden, .invalid: nil
        }
    }
}
