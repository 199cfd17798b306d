/// One behaviour that was looked at, and what the server said.
public struct Finding: Sendable, Hashable {
    public enum Verdict: String, Sendable { case pass, warn, fail }

    /// What was looked at: "unlisted recipient".
    public var check: String
    public var verdict: Verdict
    public var evidence: String

    public init(_ check: String, _ verdict: Verdict, _ evidence: String) {
        self.check = check
        self.verdict = verdict
        self.evidence = evidence
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
