/// The time limits of the requests to an endpoint.
public struct TransferTimeouts: Sendable, Hashable {
    /// The limit for the whole answer to a GET request.
    public var question: Duration
    /// The limit for the whole answer to a request that makes a change.
    public var change: Duration
    /// The maximum age of a persistent connection that is reused, in whole seconds. It must be less than the time
    /// after which the endpoint closes the connection.
    public var idle: Duration

    public init(question: Duration, change: Duration, idle: Duration) {
        self.question = question
        self.change = change
        self.idle = idle
    }
}

extension Duration {
    var milliseconds: Int { Int(components.seconds) * 1000 + Int(components.attoseconds / 1_000_000_000_000_000) }
}
