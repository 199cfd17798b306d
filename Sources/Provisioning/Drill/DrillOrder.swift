/// What a drill is to do, as far as the inventory leaves it open.
public struct DrillOrder: Sendable {
    /// How the primary itself is taken away, by commands for this machine's `sh`.
    public struct Failover: Sendable {
        public var stop: String
        /// It is kept in the site's state until it was run, so no secret may stand in it.
        public var start: String

        public init(stop: String, start: String) {
            self.stop = stop
            self.start = start
        }
    }

    /// How many canaries; nil for as many as the inventory says.
    public var messages: Int?
    /// Seconds for which they are held when all are in the queue.
    public var hold: Int
    /// Seconds within which they are to arrive when they are let go.
    public var patience: Int
    /// Nil to hold back nothing but the canaries.
    public var failover: Failover?
    /// Where the report goes; nil for the site's folder.
    public var page: String?

    public init(
        messages: Int? = nil,
        hold: Int = 5,
        patience: Int = 120,
        failover: Failover? = nil,
        page: String? = nil
    ) {
        self.messages = messages
        self.hold = hold
        self.patience = patience
        self.failover = failover
        self.page = page
    }
}
