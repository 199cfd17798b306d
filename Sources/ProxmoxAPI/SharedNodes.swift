public import HTTPTransport
import Synchronization

/// The Proxmox nodes that a process calls. All sites at one node share its connections and its limits.
public final class SharedNodes: Sendable {
    /// The number of calls that run at a node at the same time. pveproxy has three workers for all its clients.
    public static let callsAtOnce = 2

    private struct Route: Hashable {
        var endpoint: Endpoint
        var trust: Trust
    }

    private struct Known {
        var turns: [Endpoint: NodeTurns] = [:]
        var routes: [Route: SharedExchange] = [:]
    }

    private let known = Mutex(Known())
    private let connect: @Sendable (Endpoint, Trust) -> any Exchange

    /// Creates an empty set of nodes whose connections use libcurl.
    public convenience init() {
        self.init { CurlExchange(endpoint: $0, trust: $1, patience: .proxmox) }
    }

    /// - Parameter connect: creates a connection to a node, for one call at a time.
    init(connect: @escaping @Sendable (Endpoint, Trust) -> any Exchange) { self.connect = connect }

    /// Returns a client for a node, without contacting it.
    ///
    /// Clients share connections only if they trust the same certificate.
    public func client(endpoint: Endpoint, trust: Trust, credentials: Credentials) -> Client {
        let (wire, turns) = known.withLock { known in
            let turns = known.turns[endpoint] ?? NodeTurns()
            known.turns[endpoint] = turns
            let route = Route(endpoint: endpoint, trust: trust)
            let wire =
                known.routes[route] ?? SharedExchange(turns: turns.calls) { [connect] in connect(endpoint, trust) }
            known.routes[route] = wire
            return (wire, turns)
        }
        return Client(endpoint: endpoint, credentials: credentials, wire: wire, turns: turns)
    }

    /// Closes the unused connections to a node, so that their number does not grow with the number of nodes.
    public func close(endpoint: Endpoint, trust: Trust) {
        known.withLock { $0.routes[Route(endpoint: endpoint, trust: trust)] }?.close()
    }
}

/// The semaphores of one node.
final class NodeTurns: Sendable {
    let calls = AsyncSemaphore(SharedNodes.callsAtOnce)
    let ids = AsyncSemaphore(1)
    private let templates = Mutex<[GuestID: AsyncSemaphore]>([:])

    func cloning(_ template: GuestID) -> AsyncSemaphore {
        templates.withLock { templates in
            let turns = templates[template] ?? AsyncSemaphore(1)
            templates[template] = turns
            return turns
        }
    }
}

extension Client {
    /// Runs `body` while no other task of this process clones the template on this node. Proxmox locks the template
    /// during a clone, and refuses a second clone (PVE::API2::LXC, clone_vm).
    ///
    /// - Parameters:
    ///   - takesNextID: whether `body` requests the next free id. Proxmox returns the same id to every caller until it
    ///     is used, so only one task at a time requests it on this node.
    ///   - noteWait: is called before the wait, if another task is cloning.
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
