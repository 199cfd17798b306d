import Alerts
import ConfigurationFiles
import Engine
import RemoteShell
import Resources
import Sites

public import struct Foundation.Date

/// A guest's copy of the primary's recipients: the last valid answer, and the result of later pulls.
public struct RecipientSnapshot: Codable, Sendable, Equatable {
    /// The time of the last valid answer; nil if there is none yet.
    public var taken: Date?
    /// The age of that answer in seconds, by the guest's clock.
    public var age: Int?
    /// Whether the answer is older than the inventory allows.
    public var isStale: Bool
    /// The number of entries in the table, including those that the inventory lists.
    public var entries: Int?
    /// The number of addresses from each source.
    public var sources: [String: Int] = [:]
    /// The number of addresses that were skipped, because mail cannot be sent to them.
    public var leftOut = 0
    /// The first skipped addresses; nil if the primary does not list them.
    public var leftOutRecords: [LeftOutRecords.Record]?
    /// Domains that have a catch-all on the primary.
    public var catchAlls: [String] = []
    /// Why and since when pulls fail; nil if the last one succeeded.
    public var trouble: Trouble?

    /// Returns the skipped records in the form of ``LeftOutRecords/lines(most:)``; empty if the primary does not list
    /// them.
    public func leftOutLines(most: Int = LeftOutRecords.limit) -> [String] {
        guard let leftOutRecords else { return [] }
        var all = LeftOutRecords()
        (all.count, all.records) = (max(leftOut, leftOutRecords.count), leftOutRecords)
        return all.lines(most: most)
    }

    public struct Trouble: Codable, Sendable, Equatable {
        public var since: Date
        /// `unreachable`, `denied`, `host-key`, `timeout`, `source`, `answer`, `shrink` or `table`.
        public var kind: String
        public var text: String
    }

    /// Prints the state of the pulls. Exits with 3 if the guest pulls no recipients.
    static let question: Script = """
        [ -e \(RecipientPull.folder + "/settings") ] || exit 3
        date +%s
        sed -n 's/^stale=/limit=/p' \(RecipientPull.folder + "/settings")
        cat \(RecipientPull.state + "/pulled") 2>/dev/null || true
        sed 's/^/trouble=/' \(RecipientPull.state + "/trouble") 2>/dev/null || true
        """

    /// Returns nil if the guest pulls no recipients.
    init?(_ answer: CommandResult) throws {
        if answer.exit == 3 { return nil }
        let unreadable = UnreadableAnswer(expected: "the state of its recipients", answer: answer)
        let lines = answer.text.split(separator: "\n").map(String.init)
        guard answer.exit == 0, let now = lines.first.flatMap({ Int($0) }) else { throw unreadable }
        let pairs = lines.dropFirst().map { $0.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false) }
        func values(_ name: String) -> [String] {
            pairs.compactMap { $0.count == 2 && $0[0] == name ? String($0[1]) : nil }
        }
        guard let limit = values("limit").first.flatMap({ Int($0) }) else { throw unreadable }
        let time = values("time").first.flatMap { Int($0) }
        taken = time.map { Date(timeIntervalSince1970: Double($0)) }
        age = time.map { now - $0 }
        isStale = age.map { $0 > limit } ?? true
        entries = values("entries").first.flatMap { Int($0) }
        for source in values("source") {
            guard let match = source.wholeMatch(of: /([a-z]+) ([0-9]+)/) else { throw unreadable }
            sources[String(match.1)] = Int(match.2)
        }
        leftOut = values("left_out").first.flatMap { Int($0) } ?? 0
        let named = values("odd").compactMap { LeftOutRecords.Record(exported: $0) }
        leftOutRecords = named.isEmpty ? nil : Array(named.prefix(LeftOutRecords.limit))
        catchAlls = values("open")
        trouble = values("trouble").first.flatMap { line in
            guard let match = line.wholeMatch(of: /([0-9]+) ([a-z-]+) (.*)/), let since = Double(match.1) else {
                return nil
            }
            return Trouble(since: Date(timeIntervalSince1970: since), kind: String(match.2), text: String(match.3))
        }
    }
}
