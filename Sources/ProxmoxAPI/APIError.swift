import Foundation
public import HTTPTransport

/// Why a call of the API did not bring its answer.
public enum APIError: Error, Sendable, Equatable {
    /// Nothing was delivered: no name, no route, refused, no TLS.
    case unreachable(Endpoint, reason: String)
    /// The node shows another certificate than the pinned one, or one that the authority has not signed.
    case untrusted(Endpoint, pinned: String?, shown: String?)
    /// The file with the authority's certificate is not there, not ours to read, or not PEM.
    case authorityUnreadable(file: String)
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
    /// Somebody else changed what a change was meant for: its digest is another now.
    case modified(reason: String)
    /// The number belongs to another guest, a container or a virtual machine.
    case taken(reason: String)
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
        case 500
        where reason.contains(/^Configuration file '[^']*' does not exist|^(storage|snapshot) '[^']*' does not exist/):
            self = .missing(reason: reason)
        case 500 where reason.contains(/^(CT|VM) \d+ already exists/): self = .taken(reason: reason)
        case 500 where reason.contains(/^(CT|VM) is locked|can't lock file|got lock request timeout/):
            self = .locked(reason: reason)
        case 500 where reason.contains(/^detected modified configuration/): self = .modified(reason: reason)
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

extension APIError {
    init(_ error: TransportError) {
        self =
            switch error {
            case .unreachable(let endpoint, let reason): .unreachable(endpoint, reason: reason)
            case .untrusted(let endpoint, let pinned, let shown): .untrusted(endpoint, pinned: pinned, shown: shown)
            case .authorityUnreadable(let file): .authorityUnreadable(file: file)
            case .answerLost(let endpoint, let reason): .answerLost(endpoint, reason: reason)
            }
    }
}

extension APIError {
    /// Whether the same question may well be answered in a moment.
    var isPassing: Bool {
        switch self {
        case .unreachable, .answerLost: true
        default: false
        }
    }

    /// Whether what was asked for may have been begun all the same.
    public var leavesOpenWhatWasDone: Bool {
        switch self {
        case .answerLost, .unreadable, .refused, .locked: true
        default: false
        }
    }

    /// The guest whose configuration the caller may not see or change; nil if it is another refusal.
    public var guest: GuestID? {
        guard case .forbidden(_, let path?, _, _) = self, let match = path.wholeMatch(of: /\/vms\/(\d+)/) else {
            return nil
        }
        return Int(match.output.1).flatMap { GuestID(rawValue: $0) }
    }

    /// The guest's `lock` where it is known: `backup`, `create`, `disk`, `mounted`, `snapshot`, …
    public var lock: String? {
        guard case .locked(let reason) = self else { return nil }
        return reason.firstMatch(of: /is locked \(([a-z-]+)\)/).map { String($0.1) }
    }
}
