import Foundation
public import HTTPTransport

/// The reason why a call of the API failed.
public enum APIError: Error, Sendable, Equatable {
    /// Nothing was sent: the name is unknown, there is no route, the connection was refused, or TLS failed.
    case unreachable(Endpoint, reason: String)
    /// The node's certificate is not the pinned one, or is not signed by the authority.
    case untrusted(Endpoint, pinned: String?, shown: String?)
    /// The file with the authority's certificate is missing, not readable, or not PEM.
    case authorityUnreadable(file: String)
    /// The connection ended after the request was sent. The request may have been carried out.
    case answerLost(Endpoint, reason: String)
    /// Status 401: the credentials are not valid now.
    case unauthorized(Endpoint, who: String, reason: String)
    /// Status 403, with the path and the missing privileges if Proxmox reports them.
    case forbidden(who: String, path: String?, privileges: String?, reason: String)
    /// The object does not exist: a status 500 with "does not exist", or a 403 about a pool.
    case missing(reason: String)
    /// The guest has its `lock` property set, or its lock file is in use.
    case locked(reason: String)
    /// Another client changed the object: its digest differs from the expected one.
    case modified(reason: String)
    /// The number belongs to another guest, a container or a virtual machine.
    case taken(reason: String)
    /// The guest is running already.
    case alreadyRunning(reason: String)
    /// The guest is not running.
    case notRunning(reason: String)
    /// Status 400: invalid parameters, each with its reason.
    case invalid(reason: String, errors: [String: String])
    /// Any other refusal.
    case refused(status: Int, reason: String)
    /// The answer is incomplete or does not have the expected form.
    case unreadable(call: String, reason: String)
    /// A task has not ended within its time limit.
    case stillRunning(task: String, seconds: Int)
}

extension APIError {
    /// Translates an answer with a status of 400 and above.
    ///
    /// Proxmox uses neither 404, 409 nor 423; the cause of a 500 is only in its text. The texts are those of
    /// PVE::Cluster, PVE::AbstractConfig and PVE::API2::LXC, versions 7.4 to 9.2.
    init(_ answer: WireAnswer, from endpoint: Endpoint, who: String) {
        let body = try? JSONDecoder().decode(Refusal.self, from: answer.body)
        let message = body?.message?.trimmingCharacters(in: .whitespacesAndNewlines) ?? ""
        let reason = message.isEmpty ? answer.reason : message
        switch answer.status {
        case 401: self = .unauthorized(endpoint, who: who, reason: reason)
        case 403 where reason.contains(/\(pool '[^']*' does not exist\)/):
            self = .missing(reason: reason)
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
        where reason.contains(
            /^Configuration file '[^']*' does not exist|^(storage|snapshot|pool) '[^']*' does not exist/):
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
    /// Whether the error may be temporary, so that the same query may succeed after a pause.
    var isPassing: Bool {
        switch self {
        case .unreachable, .answerLost: true
        default: false
        }
    }

    /// Whether the requested change may have been started in spite of the error.
    public var leavesOpenWhatWasDone: Bool {
        switch self {
        case .answerLost, .unreadable, .refused, .locked: true
        default: false
        }
    }

    /// The guest whose configuration the caller must not see or change; nil for any other error.
    public var guest: GuestID? {
        guard case .forbidden(_, let path?, _, _) = self, let match = path.wholeMatch(of: /\/vms\/(\d+)/) else {
            return nil
        }
        return Int(match.output.1).flatMap { GuestID(rawValue: $0) }
    }

    /// The guest's `lock` if it is known: `backup`, `create`, `disk`, `mounted`, `snapshot`, …
    public var lock: String? {
        guard case .locked(let reason) = self else { return nil }
        return reason.firstMatch(of: /is locked \(([a-z-]+)\)/).map { String($0.1) }
    }
}
