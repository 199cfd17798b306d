public import Foundation
import RemoteShell

/// What a guest's monitor knows: which conditions stand, and what could not be told.
public struct AlertState: Codable, Sendable, Equatable {
    /// Something amiss that has not ended yet.
    public struct Condition: Codable, Sendable, Equatable {
        /// `queue`, `oldest`, `refusals`, `primary`, `vpn`, `disk`, `certificate`, `postfix` or `recipients`.
        public var name: String
        public var since: Date
        /// As it was when it was last told.
        public var text: String
    }

    /// A way by which the guest tells.
    public struct Channel: Codable, Sendable, Equatable {
        public var name: String
        /// Alerts that could not be sent yet.
        public var waiting: Int
        /// Why, and for how long it has been so; nil where all is well.
        public var trouble: String?
        public var since: Date?
    }

    /// Seconds since the monitor last looked; nil where it has not, since the guest was started.
    public var age: Int?
    public var conditions: [Condition] = []
    public var channels: [Channel] = []

    /// The monitor looks every minute, and may wait for slow servers.
    public var isWatching: Bool { age.map { $0 < 600 } ?? false }

    static let program = "/usr/local/lib/mxprovision/monitor"
    static let question: Script = "[ -x \(program) ] || exit 3; exec \(program) --show"

    /// Nil where the guest has no monitor.
    init?(_ answer: Completion) throws {
        if answer.exit == 3 { return nil }
        let unreadable = UnreadableAnswer(expected: "what a guest's monitor knows", answer: answer)
        guard answer.exit == 0 else { throw unreadable }
        var now: Int?
        for line in answer.text.split(separator: "\n").map(String.init) {
            if let match = line.wholeMatch(of: /now=([0-9]{1,15})/) {
                now = Int(match.1)
            } else if let match = line.wholeMatch(of: /looked=([0-9]{0,15})/), let now {
                age = Int(match.1).map { now - $0 }
            } else if let match = line.wholeMatch(of: /condition=([a-z]+) ([0-9]{1,15}) (.*)/),
                let since = Double(match.2)
            {
                let date = Date(timeIntervalSince1970: since)
                conditions.append(Condition(name: String(match.1), since: date, text: String(match.3)))
            } else if let match = line.wholeMatch(of: /channel=([a-z0-9-]+) ([0-9]{1,9}) ([0-9]{0,15}) (.*)/),
                let waiting = Int(match.2)
            {
                channels.append(
                    Channel(
                        name: String(match.1), waiting: waiting,
                        trouble: match.4.isEmpty ? nil : String(match.4),
                        since: Double(match.3).map { Date(timeIntervalSince1970: $0) }))
            } else {
                throw unreadable
            }
        }
        guard now != nil else { throw unreadable }
    }
}
