public import MailChecks

public import struct Foundation.Date

/// What a drill has seen. Times are seconds from its begin.
public struct DrillReport: Encodable, Sendable, Equatable {
    /// One look at the backup's queue and the primary.
    public struct Sample: Encodable, Sendable, Equatable {
        public var at: Double
        /// How many canaries the backup has said that it has.
        public var sent: Int
        public var queued: Int
        public var arrived: Int

        var counts: [Int] { [sent, queued, arrived] }
    }

    /// When something began.
    public struct Phase: Encodable, Sendable, Equatable {
        public enum Name: String, Encodable, Sendable { case hold, send, queued, release, end }
        public var name: Name
        public var at: Double
    }

    /// How the canaries were kept from the primary.
    public enum Way: String, Encodable, Sendable { case hold, failover }

    public var site: String
    /// The guest's name.
    public var host: String
    public var run: String
    public var recipient: String
    public var started: Date
    public var way: Way
    /// From where the canaries were sent.
    public var vantage: String
    /// Where their arrival was seen.
    public var source: String
    /// Whether their text could be compared.
    public var showsContent: Bool
    public var messages: [CanaryAccount]
    /// Copies with a number that nobody has sent.
    public var strays: Int
    /// The most that were seen in the queue at once.
    public var mostQueued: Int
    /// How many had arrived before they were let go.
    public var early: Int
    public var samples: [Sample]
    public var phases: [Phase]
    /// Why messages were still in the queue at the end; nil if none was.
    public var deferrals: [DeferralReason]?

    public func count(_ verdict: CanaryAccount.Verdict) -> Int { messages.count { $0.verdict == verdict } }

    /// When a phase began; nil where it did not come to it.
    public func time(of phase: Phase.Name) -> Double? { phases.first { $0.name == phase }?.at }

    /// From their release to their arrival, in seconds, sorted.
    public var waits: [Double] {
        guard let release = time(of: .release) else { return [] }
        return messages.compactMap { $0.arrived.map { max($0 - release, 0) } }.sorted()
    }

    /// Each message has arrived once, as it was sent, and not before it was let go.
    public var isRight: Bool { amiss.isEmpty }

    /// What is not as it should be, each in one sentence.
    public var amiss: [String] {
        var phrases: [String] = []
        func note(_ count: Int, _ phrase: String) {
            if count > 0 { phrases.append("\(count) of \(messages.count) \(phrase)") }
        }
        note(count(.lost), "lost: the backup has said that it has them, and they are nowhere")
        note(count(.duplicated), "arrived more than once")
        note(count(.altered), "arrived with another text")
        note(count(.queued), "still in the backup's queue")
        note(count(.refused), "refused by the backup, so their sender has them")
        note(count(.unanswered), "unanswered by the backup, and not arrived")
        note(early, "arrived before they were let go")
        if strays > 0 { phrases.append("\(strays) arrived with a number that nobody has sent") }
        let accepted = messages.count { $0.sent != nil }
        if mostQueued < accepted - early { phrases.append("only \(mostQueued) of \(accepted) were seen in the queue") }
        return phrases
    }
}
