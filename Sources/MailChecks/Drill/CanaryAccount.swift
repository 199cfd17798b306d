/// The record of one canary. Times are seconds from the start of the drill.
public struct CanaryAccount: Sendable, Encodable, Hashable {
    /// The result for a canary.
    public enum Verdict: String, Sendable, Encodable, CaseIterable {
        /// It arrived once and unchanged.
        case arrived
        /// The backup has accepted it, and it is neither in the queue nor at the primary.
        case lost
        /// It arrived more than once.
        case duplicated
        /// It arrived with a different text.
        case altered
        /// It is still in the backup's queue.
        case queued
        /// The backup did not accept it, so its sender still has it.
        case refused
        /// The connection ended before the backup's reply. The backup may have it or not.
        case unanswered
    }

    public var number: Int
    /// The SHA-256 digest of its text as it was sent.
    public var digest: String
    /// How often it was sent: again after a 4xx.
    public var tries = 0
    /// When the backup accepted it.
    public var sent: Double?
    /// The last reply of the backup.
    public var reply: String?
    /// The id of the message in the backup's queue.
    public var queueID: String?
    /// When it was first seen at the primary.
    public var arrived: Double?
    /// The largest number of copies that were seen at the primary at once.
    public var copies = 0
    /// The largest number of copies that had a different text.
    public var alteredCopies = 0
    /// Whether it was in the backup's queue at the last check.
    public var isQueued = false

    public init(number: Int, digest: String) {
        self.number = number
        self.digest = digest
    }

    /// The worst result that applies to the canary.
    public var verdict: Verdict {
        if alteredCopies > 0 { return .altered }
        if copies > 1 { return .duplicated }
        if copies == 1 { return .arrived }
        if isQueued { return .queued }
        if sent != nil { return .lost }
        return reply == nil ? .unanswered : .refused
    }

    /// The seconds from the backup to the primary; nil until it has arrived.
    public var took: Double? {
        guard let sent, let arrived else { return nil }
        return max(arrived - sent, 0)
    }

    private enum Key: String, CodingKey {
        case number, digest, tries, sent, reply, queueID, arrived, copies, alteredCopies, isQueued, verdict
    }

    /// Encodes the record with its verdict, for programs that read it.
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
