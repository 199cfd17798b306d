import Engine

/// A condition that a guest's monitor checks in each run. The monitor's script has the same list, which a test
/// compares.
public enum AlertCondition: String, Sendable, CaseIterable {
    /// Whether the primary accepts mail.
    case primary
    /// Whether the VPN to the primary works.
    case vpn
    /// How many messages are queued.
    case queue
    /// How long the oldest queued message has waited.
    case oldest
    /// Whether the primary has refused queued messages.
    case refusals
    /// How much space is free on the queue's disk.
    case disk
    /// Whether the certificate of port 25 is valid, and for how long.
    case certificate
    /// Whether Postfix runs and accepts mail.
    case postfix
    /// How old the pulled list of recipients is.
    case recipients
    /// Whether alerts can be sent.
    case channels
    /// Whether the monitor could check all conditions and save the results.
    case monitor
    /// Whether the dead-man's switch can be reached.
    case `switch`
}
