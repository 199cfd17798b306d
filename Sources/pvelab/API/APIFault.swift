/// Something that is to go wrong with the next call of a kind, once.
struct APIFault: Sendable, Hashable {
    enum Kind: String, Sendable, CaseIterable {
        /// The connection is closed without an answer, and nothing was done.
        case unheard
        /// 595: pveproxy did not get through to whom the call is for, and nothing was done.
        case undelivered
        /// 500 for a reason of the node's own, and nothing was done.
        case refused
        /// What writes is refused: the node's cluster has no majority. Reading goes on.
        case noQuorum = "no-quorum"
        /// 401: the token is not known any more.
        case revoked
        /// The call is executed and answered late.
        case slow
        /// The call is executed and the connection closed without an answer.
        case dropped
        /// The call is executed and answered with 596, as by a proxy that lost patience.
        case timedOut = "timed-out"
        /// The worker is started and the call answered with 500 all the same.
        case unacknowledged
        /// A worker that died earlier has left its lock on the guest that the path names.
        case locked
        /// The worker dies without a last word, and leaves the locks that it holds.
        case killed
        /// The call is executed and the connection closed in the middle of the answer.
        case truncated
        /// The storage of a clone has no space left.
        case full
        /// What was ordered for this method, path and token is taken back.
        case none
    }

    var method: String
    /// Below `/api2/json`, with a leading slash; a part that is `*` may be any. Parameters behind a `?` are those that the
    /// call must have among its own.
    var path: String
    var kind: Kind
    /// The only token whose calls it is for, `user@realm!name`; nil for everybody's.
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

    /// What is said in place of the call.
    func preemption(of call: Call) -> Reply? {
        switch kind {
        case .unheard: Reply(Failure.silent(500, "")).damaged(.unsent)
        case .undelivered: Reply(.transport(595, "No route to host"))
        case .refused: Reply(.internalError("unable to fork worker - Cannot allocate memory"))
        case .noQuorum where call.method != "GET": Reply(.internalError("cluster not ready - no quorum?"))
        default: nil
        }
    }

    /// How an answer is to reach whoever asked.
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
    /// Several of the same kind are for as many calls.
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
