public import Foundation

/// Why a call of the API did not bring its answer.
public enum APIError: Error, Sendable, Equatable {
    /// Nothing was delivered: no name, no route, refused, no TLS.
    case unreachable(Endpoint, reason: String)
    /// The node shows another certificate than the pinned one, or one that the authority has not signed.
    case untrusted(Endpoint, pinned: String?, shown: String?)
    /// The connection ended after the request was sent: it may have been carried out.
    case answerLost(Endpoint, reason: String)
    /// 401: the credentials are unusable now.
    case unauthorized(Endpoint, who: String, reason: String)
    /// 403, with the path and the privileges that are missing where Proxmox tells them.
    case forbidden(who: String, path: String?, privileges: String?, reason: String)
    /// What a 500 "does not exist" means.
    case missing(reason: String)
    /// The guest's `lock` property, or the file lock behind it.
    case locked(reason: String)
    case alreadyRunning(reason: String)
    case notRunning(reason: String)
    /// Parameters that Proxmox did not take, each with why (400).
    case invalid(reason: String, errors: [String: String])
    /// Every other refusal.
    case refused(status: Int, reason: String)
    /// An answer that is cut short or has another shape than the API's.
    case unreadable(call: String, reason: String)
    /// A task that has not ended within its time.
    case stillRunning(task: String, seconds: Int)
}

extension APIError {
    /// Translates an answer of 400 and above.
    ///
    /// Proxmox has no 404, 409 or 423; what a 500 is about stands only in its text. The texts are those of
    /// PVE::Cluster, PVE::AbstractConfig and PVE::API2::LXC, versions 7.4 to 9.2.
    init(_ answer: WireAnswer, from endpoint: Endpoint, who: String) {
        let body = try? JSONDecoder().decode(Refusal.self, from: answer.body)
        let message = body?.message?.trimmingCharacters(in: .whitespacesAndNewlines) ?? ""
        let reason = message.isEmpty ? answer.reason : message
        switch answer.status {
        case 401: self = .unauthorized(endpoint, who: who, reason: reason)
        case 403:
            let match = reason.firstMatch(of: /\((\/[^,)]*), ([^)]+)\)/)
            self = .forbidden(
                who: who,
                path: match.map { String($0.1) },
                privileges: match.map { String($0.2) },
                reason: reason
            )
        case 400: self = .invalid(reason: reason, errors: body?.errors ?? [:])
        case 500 where reason.contains(/Configuration file '[^']*' does not exist/): self = .missing(reason: reason)
        case 500 where reason.contains(/^(CT|VM) is locked|can't lock file|got lock request timeout/):
            self = .locked(reason: reason)
        case 500 where reason.contains(/^(CT|VM) \d+ already running/): self = .alreadyRunning(reason: reason)
        case 500 where reason.contains(/^(CT|VM) \d+ not running/): self = .notRunning(reason: reason)
        case 595: self = .unreachable(endpoint, reason: reason)
        case 596...599: self = .answerLost(endpoint, reason: reason)
        default: self = .refused(status: answer.status, reason: reason)
        }
    }

    private struct Refusal: Decodable {
        var message: String?
        var errors: [String: String]?
    }
}

extension APIError: LocalizedError {
    public var errorDescription: String? {
        switch self {
        case .unreachable(let endpoint, _): "the Proxmox API at \(endpoint) cannot be reached"
        case .untrusted(let endpoint, .some, _): "\(endpoint) shows another certificate than the inventory's"
        case .untrusted(let endpoint, nil, _):
            "\(endpoint) shows a certificate that the inventory's authority does not vouch for"
        case .answerLost(let endpoint, _): "the connection to \(endpoint) ended before the answer came"
        case .unauthorized(let endpoint, let who, _): "\(endpoint) does not let \(who) in"
        case .forbidden(let who, let path?, let privileges?, _): "\(who) lacks \(privileges) on \(path)"
        case .forbidden(let who, _, _, _): "\(who) may not do this"
        case .invalid: "Proxmox does not take the parameters"
        case .missing(let reason), .locked(let reason), .alreadyRunning(let reason), .notRunning(let reason):
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
        case .missing, .locked, .alreadyRunning, .notRunning, .refused, .stillRunning: nil
        }
    }

    public var recoverySuggestion: String? {
        switch self {
        case .unreachable: "See that the node is up and that this machine reaches it (`proxmox: address:` and `port:`)."
        case .untrusted(_, .some, _):
            "If the node's certificate was renewed, read its fingerprint on the node (`pvenode cert info`) and put it into the inventory."
        case .untrusted: "Take the authority's file from the node: /etc/pve/pve-root-ca.pem."
        case .answerLost: "Run the command again: it looks at what was carried out before it does anything."
        case .unauthorized:
            "See that the token exists, has not expired, and that its secret is the right one (`pveum user token list`)."
        case .forbidden(let who, let path?, let privileges?, _):
            "Give a role with \(privileges) on \(path) to \(who): `pveum acl modify \(path) …`; a separated token and its user both need it."
        case .locked: "Something else works on the guest; wait for its end and run the command again."
        case .forbidden, .invalid, .missing, .alreadyRunning, .notRunning, .refused, .unreadable, .stillRunning: nil
        }
    }
}
