import Alerts
import Engine
import Sites

/// The options of a drill that the inventory does not decide.
public struct DrillOrder: Sendable {
    /// The commands for this machine's `sh` that stop and start the primary.
    public struct Failover: Sendable {
        public var stop: String
        /// The start command. The site's state stores it until it has run, so it must not contain a secret.
        public var start: String

        public init(stop: String, start: String) {
            self.stop = stop
            self.start = start
        }
    }

    /// The number of canaries; nil for the inventory's number.
    public var messages: Int?
    /// Seconds for which the canaries are held after all of them are queued.
    public var hold: Int
    /// Seconds within which the canaries must arrive after the release.
    public var patience: Int
    /// Nil to hold only the canaries.
    public var failover: Failover?
    /// The path of the report; nil for the site's folder.
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
