/// One behaviour that was looked at, and what the server said.
public struct Finding: Sendable, Hashable {
    public enum Verdict: String, Sendable { case pass, warn, fail }

    /// What was looked at: "unlisted recipient".
    public var check: String
    public var verdict: Verdict
    public var evidence: String
    /// What is behind it, where that can be told and mended.
    public var trouble: Trouble?

    public init(_ check: String, _ verdict: Verdict, _ evidence: String, trouble: Trouble? = nil) {
        self.check = check
        self.verdict = verdict
        self.evidence = evidence
        self.trouble = trouble
    }

    /// That something is accepted, with the server's reply.
    static func acceptance(_ check: String, _ reply: SMTPReply) -> Finding {
        Finding(check, reply.isPositive ? .pass : .fail, reply.description)
    }

    /// That something is refused for good: 2xx is a hole, 4xx makes honest senders try for days.
    static func refusal(_ check: String, _ reply: SMTPReply) -> Finding {
        Finding(check, reply.isPositive ? .fail : reply.isPermanent ? .pass : .warn, reply.description)
    }
}
