/// How long an endpoint is waited for.
public struct Patience: Sendable, Hashable {
    /// For the whole answer to a question.
    public var question: Duration
    /// For the whole answer to what changes something.
    public var change: Duration
    /// How old a kept connection may be to be used again, in whole seconds: less than after which the endpoint closes it.
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
