/// What became of one canary. Times are seconds from the drill's begin.
public struct CanaryAccount: Sendable, Encodable, Equatable {
    public enum Verdict: String, Sendable, Encodable, CaseIterable {
        /// Once, as it was sent.
        case arrived
        /// The backup has said that it has it, and it is nowhere.
        case lost
        /// More than once.
        case duplicated
        /// With another text than it was sent with.
        case altered
        /// The backup still has it.
        case queued
        /// The backup did not take it, so its sender still has it.
        case refused
        /// The connection ended before the backup's answer: it may have it or not.
        case unanswered
    }

    public var number: Int
    /// SHA-256 of its text, as it was sent.
    public var digest: String
    /// How often it was offered: after a 4xx once more.
    public var tries = 0
    /// When the backup said that it has it.
    public var sent: Double?
    /// What the backup said to it last.
    public var reply: String?
    /// By which the backup's queue knows it.
    public var queueID: String?
    /// When it was first seen at the primary.
    public var arrived: Double?
    /// How many of it were seen there at once.
    public var copies = 0
    /// How many of these had another text.
    public var alteredCopies = 0
    /// Whether it was in the backup's queue when that was last looked at.
    public var isQueued = false

    public init(number: Int, digest: String) {
        self.number = number
        self.digest = digest
    }

    /// What is worst about it.
    public var verdict: Verdict {
        if alteredCopies > 0 { return .altered }
        if copies > 1 { return .duplicated }
        if copies == 1 { return .arrived }
        if isQueued { return .queued }
        if sent != nil { return .lost }
        return reply == nil ? .unanswered : .refused
    }

    /// What it took from the backup to the primary; nil until it has arrived.
    public var took: Double? {
        guard let sent, let arrived else { return nil }
        return max(arrived - sent, 0)
    }

    private enum Key: String, CodingKey {
        case number, digest, tries, sent, reply, queueID, arrived, copies, alteredCopies, isQueued, verdict
    }

    /// With the verdict, for programs that read it.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(number, forKey: .number)
        try container.encode(digest, forKey: .digest)
        try container.encode(tries, forKey: .tries)
        try container.encodeIfPresent(sent, forKey: .sent)
        try container.encodeIfPresent(reply, forKey: .reply)
        try container.encodeIfPresent(queueID, forKey: .queueID)
        try container.encodeIfPresent(arrived, forKey: .arrived)
        try container.encode(copies, forKey: .copies)
        try container.encode(alteredCopies, forKey: .alteredCopies)
        try container.encode(isQueued, forKey: .isQueued)
        try container.encode(verdict, forKey: .verdict)
    }
}
