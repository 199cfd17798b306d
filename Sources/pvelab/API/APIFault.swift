/// Something that is to go wrong with the next call of a kind, once.
struct APIFault: Sendable, Hashable {
    enum Kind: String, Sendable, CaseIterable {
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
    }

    var method: String
    /// Below `/api2/json`, with a leading slash. Parameters behind a `?` are those that the call must have among its own.
    var path: String
    var kind: Kind

    func isMeant(for call: Call) -> Bool {
        let parts = path.split(separator: "?", maxSplits: 1).map(String.init)
        let parameters = FormDecoder.parameters(parts.count > 1 ? parts[1] : "")
        return method == call.method && parts.first == "/" + call.path.joined(separator: "/")
            && parameters.allSatisfy { call.parameters[$0.key] == $0.value }
    }

    /// How an answer is to reach whoever asked.
    func distort(_ reply: Reply) -> Reply {
        switch kind {
        case .dropped: reply.damaged(.unsent)
        case .truncated: reply.damaged(.cut)
        case .timedOut: Reply(.transport(596, "Connection timed out"))
        case .unacknowledged:
            Reply(.internalError("can't lock file '/var/log/pve/tasks/.active.lock' - got timeout"))
        case .locked, .killed, .full: reply
        }
    }
}

extension Node {
    /// Several of the same kind are for as many calls.
    func order(_ fault: APIFault) { faults.append(fault) }

    func takeFault(for call: Call) -> APIFault? {
        guard let index = faults.firstIndex(where: { $0.isMeant(for: call) }) else { return nil }
        let fault = faults.remove(at: index)
        if fault.kind == .locked, call.path.count > 3, let id = Int(call.path[3]) {
            guests[id]?.options["lock"] = "disk"
        }
        return fault
    }
}
