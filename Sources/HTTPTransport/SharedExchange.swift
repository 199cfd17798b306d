import Synchronization

/// A pool of connections to an endpoint, for any number of callers.
///
/// A request uses the free connection that was used last, so sequential requests use a single connection.
public final class SharedExchange: Exchange {
    private let turns: AsyncSemaphore
    private let connect: @Sendable () -> any Exchange
    private let idle = Mutex<[any Exchange]>([])

    /// Creates a pool without contacting the endpoint.
    ///
    /// - Parameters:
    ///   - turns: limits the requests that run at the same time, together with everything else that takes these turns.
    ///   - connect: creates a connection for one request at a time.
    public init(turns: AsyncSemaphore, connect: @escaping @Sendable () -> any Exchange) {
        self.turns = turns
        self.connect = connect
    }

    public func send(_ request: WireRequest) async throws -> WireAnswer {
        try await turns.take {
            let way = idle.withLock { $0.popLast() } ?? connect()
            defer { idle.withLock { $0.append(way) } }
            return try await way.send(request)
        }
    }

    /// Closes the connections that no request uses. The next request opens a new one.
    public func close() { idle.withLock { $0.removeAll() } }
}
