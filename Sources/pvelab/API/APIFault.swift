/// A fault that affects the next matching call, once.
struct APIFault: Sendable, Hashable {
    enum Kind: String, Sendable, CaseIterable {
        /// The connection is closed without a response, and the call is not executed.
        case unheard
        /// Status 595: pveproxy cannot reach the node of the call, and the call is not executed.
        case undelivered
        /// Status 500 because of an internal error of the node, and the call is not executed.
        case refused
        /// Writing calls are refused because the node's cluster has no quorum. Reading calls work.
        case noQuorum = "no-quorum"
        /// Status 401: the token was revoked.
        case revoked
        /// The call is executed, and the response is late.
        case slow
        /// The call is executed, and the connection is closed without a response.
        case dropped
        /// The call is executed, and the response is 596, as from a proxy that timed out.
        case timedOut = "timed-out"
        /// The worker is started, but the response is 500.
        case unacknowledged
        /// A worker that died earlier has left its lock on the guest in the path.
        case locked
        /// The worker dies without a final log line and leaves its locks.
        case killed
        /// The call is executed, and the connection is closed in the middle of the response.
        case truncated
        /// The storage of a clone is full.
        case full
        /// Removes the faults ordered for this method, path and token.
        case none
    }

    var method: String
    /// The path below `/api2/json`, with a leading slash. A part `*` matches anything. Parameters after a `?` must be
    /// among those of the call.
    var path: String
    var kind: Kind
    /// The only token that the fault affects, `user@realm!name`, or nil for all callers.
    var token: String?

    func isMeant(for call: Call) -> Bool {
        guard token == nil || token == call.caller.name else { return false }
        let parts = path.split(separator: "?", maxSplits: 1).map(String.init)
        let parameters = FormDecoder.parameters(parts.count > 1 ? parts[1] : "")
        let path = parts[0].split(separator: "/").map(String.init)
        return method == call.method && path.count == call.path.count
            && zip(path, call.path).allSatisfy { $0 == "*" || $0 == $1 }
            && parameters.allSatisfy { call.parameters[$0.key] == $0.value }
    }

    /// Returns the response that replaces the call, or nil if the call is executed.
    func preemption(of call: Call) -> Reply? {
        switch kind {
        case .unheard: Reply(Failure.silent(500, "")).damaged(.unsent)
        case .undelivered: Reply(.transport(595, "No route to host"))
        case .refused: Reply(.internalError("unable to fork worker - Cannot allocate memory"))
        case .noQuorum where call.method != "GET": Reply(.internalError("cluster not ready - no quorum?"))
        default: nil
        }
    }

    /// Returns the response with the damage of the fault.
    func distort(_ reply: Reply) -> Reply {
        switch kind {
        case .dropped: reply.damaged(.unsent)
        case .truncated: reply.damaged(.cut)
        case .timedOut: Reply(.transport(596, "Connection timed out"))
        case .unacknowledged:
            Reply(.internalError("can't lock file '/var/log/pve/tasks/.active.lock' - got timeout"))
        default: reply
        }
    }
}

extension Node {
    /// Adds a fault. Several equal faults affect as many calls.
    func order(_ fault: APIFault) {
        if fault.kind == .none {
            faults.removeAll { $0.method == fault.method && $0.path == fault.path && $0.token == fault.token }
        } else {
            faults.append(fault)
        }
    }

    func takeFault(for call: Call) -> APIFault? {
        guard let index = faults.firstIndex(where: { $0.isMeant(for: call) }) else { return nil }
        let fault = faults.remove(at: index)
        if fault.kind == .locked, call.path.count > 3, let id = Int(call.path[3]) {
            guests[id]?.options["lock"] = "disk"
        }
        return fault
    }
}
