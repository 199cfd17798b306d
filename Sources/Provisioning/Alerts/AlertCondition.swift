/// What a guest's monitor observes in each run. The monitor's script has the same list, which a test compares.
public enum AlertCondition: String, Sendable, CaseIterable {
    /// Whether the primary takes mail.
    case primary
    /// Whether the VPN to the primary works.
    case vpn
    /// How many messages wait.
    case queue
    /// How long the oldest of them has waited.
    case oldest
    /// Whether the primary has refused queued messages.
    case refusals
    /// How much room is left on the queue's disk.
    case disk
    /// Whether the certificate of port 25 is valid, and for how long.
    case certificate
    /// Whether Postfix runs and takes mail.
    case postfix
    /// How old the pulled list of recipients is.
    case recipients
    /// Whether alerts can be sent.
    case channels
    /// Whether the monitor could observe all of this, and write down what it saw.
    case monitor
    /// Whether the dead-man's switch can be reached.
    case `switch`
}
