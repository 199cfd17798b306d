public import HTTPTransport
import Synchronization

/// The Proxmox nodes that a process calls, whoever of its sites does: what is at one node has its connections in common,
/// and its turns.
public final class SharedNodes: Sendable {
    /// How many calls a node is asked at once: pveproxy has three workers for all that ask it.
    public static let callsAtOnce = 2

    private struct Way: Hashable {
        var endpoint: Endpoint
        var trust: Trust
    }

    private struct Known {
        var turns: [Endpoint: NodeTurns] = [:]
        var ways: [Way: SharedExchange] = [:]
    }

    private let known = Mutex(Known())
    private let connect: @Sendable (Endpoint, Trust) -> any Exchange

    public convenience init() {
        self.init { CurlExchange(endpoint: $0, trust: $1, patience: .proxmox) }
    }

    /// - Parameter connect: makes a way to a node, for one call at a time.
    init(connect: @escaping @Sendable (Endpoint, Trust) -> any Exchange) { self.connect = connect }

    /// A client of a node; contacts nothing yet.
    ///
    /// Connections are shared only among those who believe the same certificate.
    public func client(endpoint: Endpoint, trust: Trust, credentials: Credentials) -> Client {
        let (wire, turns) = known.withLock { known in
            let turns = known.turns[endpoint] ?? NodeTurns()
            known.turns[endpoint] = turns
            let way = Way(endpoint: endpoint, trust: trust)
            let wire = known.ways[way] ?? SharedExchange(turns: turns.calls) { [connect] in connect(endpoint, trust) }
            known.ways[way] = wire
            return (wire, turns)
        }
        return Client(endpoint: endpoint, credentials: credentials, wire: wire, turns: turns)
    }

    /// Closes the connections to a node that no call uses now, so that their number does not grow with that of the nodes.
    public func close(endpoint: Endpoint, trust: Trust) {
        known.withLock { $0.ways[Way(endpoint: endpoint, trust: trust)] }?.close()
    }
}

/// What is to be done one after the other at a node.
final class NodeTurns: Sendable {
    let calls = Turns(SharedNodes.callsAtOnce)
    let ids = Turns(1)
    private let templates = Mutex<[GuestID: Turns]>([:])

    func cloning(_ template: GuestID) -> Turns {
        templates.withLock { templates in
            let turns = templates[template] ?? Turns(1)
            templates[template] = turns
            return turns
        }
    }
}

extension Client {
    /// Runs `body` while nobody else of this process clones the template here: Proxmox locks it for as long, and refuses
    /// a second clone (PVE::API2::LXC, clone_vm).
    ///
    /// - Parameters:
    ///   - takesNextID: whether `body` asks for the next free id, which is promised to whoever asks before it is taken;
    ///     then nobody else of this process does so here.
    ///   - noteWait: is called where somebody else is at it, before the wait.
    /// - Throws: what `body` throws; `CancellationError`
    public func withTemplate<Result>(
        _ template: GuestID,
        takesNextID: Bool,
        noteWait: () -> Void,
        _ body: () async throws -> Result
    ) async throws -> Result {
        try await turns.cloning(template).take(noteWait: noteWait) {
            guard takesNextID else { return try await body() }
            return try await turns.ids.take(noteWait: noteWait, body)
        }
    }
}
