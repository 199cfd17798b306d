/// What a guest's monitor finds worth telling.
public struct MonitorSettings: Sendable, Hashable {
    /// More queued messages than these.
    public var messages = 50
    /// The age of the oldest of them.
    public var minutes = 30
    /// Fewer MiB left on the queue's disk than these. Postfix stops at 200 (`queue_minfree`).
    public var free = 500
    /// How long the certificate still holds; a short-lived one, a third of its life.
    public var days = 14
    /// Minutes that the primary, or the VPN, may be away before it is told.
    public var patience = 5
    /// Hours after which what still stands is told again.
    public var `repeat` = 24
}

extension MonitorSettings {
    init(_ parameters: inout Parameters) {
        messages = parameters.integer("messages", in: 0...1_000_000, default: messages)
        minutes = parameters.integer("minutes", in: 1...10080, default: minutes)
        free = parameters.integer("free", in: 1...1_000_000, default: free)
        days = parameters.integer("days", in: 1...365, default: days)
        patience = parameters.integer("patience", in: 0...1440, default: patience)
        `repeat` = parameters.integer("repeat", in: 1...720, default: `repeat`)
    }
}
