package import ConfigurationFiles
import Resources

/// The thresholds above which a guest's monitor reports a problem.
public struct MonitorSettings: Sendable, Hashable {
    /// The number of queued messages above which the queue is reported.
    public var messages = 50
    /// The age of the oldest queued message in minutes.
    public var minutes = 30
    /// The minimum free space on the queue's disk in MiB. Postfix stops accepting mail at 200 (`queue_minfree`).
    public var free = 500
    /// The minimum remaining validity of the certificate in days; for a short-lived certificate, a third of its
    /// lifetime.
    public var days = 14
    /// Minutes for which the primary or the VPN may be down before it is reported.
    public var patience = 5
    /// Hours after which a persistent problem is reported again.
    public var `repeat` = 24

    package init() {}
}

extension MonitorSettings {
    package init(_ parameters: inout Parameters) {
        messages = parameters.integer("messages", in: 0...1_000_000, default: messages)
        minutes = parameters.integer("minutes", in: 1...10080, default: minutes)
        free = parameters.integer("free", in: 1...1_000_000, default: free)
        days = parameters.integer("days", in: 1...365, default: days)
        patience = parameters.integer("patience", in: 0...1440, default: patience)
        `repeat` = parameters.integer("repeat", in: 1...720, default: `repeat`)
    }
}
