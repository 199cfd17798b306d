import Alerts
import ConfigurationFiles
import Engine
public import MailChecks
import Sites

public import struct Foundation.Date

/// The result of a drill. Times are in seconds from its beginning.
public struct DrillReport: Encodable, Sendable, Hashable {
    /// One observation of the backup's queue and the primary.
    public struct Sample: Encodable, Sendable, Hashable {
        public var at: Double
        /// The number of canaries that the backup has accepted.
        public var sent: Int
        public var queued: Int
        public var arrived: Int

        var counts: [Int] { [sent, queued, arrived] }
    }

    /// The beginning of a phase.
    public struct Phase: Encodable, Sendable, Hashable {
        public enum Name: String, Encodable, Sendable { case hold, send, queued, release, end }
        public var name: Name
        public var at: Double
    }

    /// How the canaries were kept from the primary.
    public enum Way: String, Encodable, Sendable { case hold, failover }

    public var site: String
    /// The guest's host name.
    public var host: String
    public var run: String
    public var recipient: String
    public var started: Date
    public var way: Way
    /// The place from which the canaries were sent.
    public var vantage: String
    /// The source that showed their arrival.
    public var source: String
    /// Whether the texts of the messages could be compared.
    public var showsContent: Bool
    public var messages: [CanaryAccount]
    /// The number of copies with a number that was not sent.
    public var strays: Int
    /// The maximum number of canaries in the queue at once.
    public var mostQueued: Int
    /// The number of canaries that arrived before the release.
    public var early: Int
    public var samples: [Sample]
    public var phases: [Phase]
    /// Why messages were still in the queue at the end; nil if the queue was empty.
    public var deferrals: [DeferralReason]?

    public func count(_ verdict: CanaryAccount.Verdict) -> Int { messages.count { $0.verdict == verdict } }

    /// Returns when a phase began, or nil if it was not reached.
    public func time(of phase: Phase.Name) -> Double? { phases.first { $0.name == phase }?.at }

    /// The sorted times from the release to each arrival, in seconds.
    public var waits: [Double] {
        guard let release = time(of: .release) else { return [] }
        return messages.compactMap { $0.arrived.map { max($0 - release, 0) } }.sorted()
    }

    /// Whether each message arrived exactly once, unchanged, and not before the release.
    public var isRight: Bool { amiss.isEmpty }

    /// The problems that the drill found, one sentence each.
    public var amiss: [String] {
        var phrases: [String] = []
        func note(_ count: Int, _ phrase: String) {
            if count > 0 { phrases.append("\(count) of \(messages.count) \(phrase)") }
        }
        note(count(.lost), "lost: accepted by the backup, but neither queued nor arrived")
        note(count(.duplicated), "arrived more than once")
        note(count(.altered), "arrived with changed content")
        note(count(.queued), "still in the backup's queue")
        note(count(.refused), "refused by the backup, so the sender keeps them")
        note(count(.unanswered), "without a reply from the backup, and not arrived")
        note(early, "arrived before they were released")
        if strays > 0 { phrases.append("\(strays) arrived with a number that was not sent") }
        let accepted = messages.count { $0.sent != nil }
        if mostQueued < accepted - early { phrases.append("only \(mostQueued) of \(accepted) were seen in the queue") }
        return phrases
    }
}
