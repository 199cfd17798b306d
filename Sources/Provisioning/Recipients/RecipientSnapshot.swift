import RemoteShell

public import struct Foundation.Date

/// What a guest has of the primary's recipients: the last good answer, and what came of later ones.
public struct RecipientSnapshot: Codable, Sendable, Equatable {
    /// When the last good answer came; nil where none has come yet.
    public var taken: Date?
    /// Seconds since then, by the guest's clock.
    public var age: Int?
    /// Whether it is older than the inventory lets it be.
    public var isStale: Bool
    /// Of the table, with what the inventory lists.
    public var entries: Int?
    /// How many addresses each source gave.
    public var sources: [String: Int] = [:]
    /// Addresses that no mail can be sent to, and so left out.
    public var leftOut = 0
    /// Domains that have a catch-all on the primary.
    public var catchAlls: [String] = []
    /// Why the last pull came to nothing, and when.
    public var trouble: Trouble?

    public struct Trouble: Codable, Sendable, Equatable {
        public var since: Date
        /// `unreachable`, `denied`, `host-key`, `timeout`, `source`, `answer`, `shrink` or `table`.
        public var kind: String
        public var text: String
    }

    /// Says nothing where the guest pulls no recipients.
    static let question: Script = """
        [ -e \(RecipientPull.folder + "/settings") ] || exit 3
        date +%s
        sed -n 's/^stale=/limit=/p' \(RecipientPull.folder + "/settings")
        cat \(RecipientPull.state + "/pulled") 2>/dev/null || true
        sed 's/^/trouble=/' \(RecipientPull.state + "/trouble") 2>/dev/null || true
        """

    /// Nil where the guest pulls no recipients.
    init?(_ answer: Completion) throws {
        if answer.exit == 3 { return nil }
        let unreadable = UnreadableAnswer(expected: "what a guest knows of its recipients", answer: answer)
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
        catchAlls = values("open")
        trouble = values("trouble").first.flatMap { line in
            guard let match = line.wholeMatch(of: /([0-9]+) ([a-z-]+) (.*)/), let since = Double(match.1) else {
                return nil
            }
            return Trouble(since: Date(timeIntervalSince1970: since), kind: String(match.2), text: String(match.3))
        }
    }
}
