import Synchronization

/// Some connections to an endpoint as one way to it, for any number of callers.
///
/// A request has the connection that was last used of those that are free: who asks one thing after the other has one.
public final class SharedExchange: Exchange {
    private let turns: Turns
    private let connect: @Sendable () -> any Exchange
    private let idle = Mutex<[any Exchange]>([])

    /// Contacts nothing yet.
    ///
    /// - Parameters:
    ///   - turns: how many requests may be under way at once, here and wherever else these turns are taken.
    ///   - connect: makes a way for one request at a time.
    public init(turns: Turns, connect: @escaping @Sendable () -> any Exchange) {
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

    /// Closes the connections that no request uses now. The next one opens another.
    public func close() { idle.withLock { $0.removeAll() } }
}
