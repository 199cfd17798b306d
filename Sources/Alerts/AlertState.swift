import ConfigurationFiles
import Engine
public import Foundation
package import RemoteShell
import Resources

/// The state of a guest's monitor: the current problems, and the alerts that could not be sent.
public struct AlertState: Codable, Sendable, Equatable {
    /// A problem that persists.
    public struct Condition: Codable, Sendable, Equatable {
        /// The raw value of an ``AlertCondition``, or a name of a newer monitor.
        public var name: String
        public var since: Date
        /// The text of the last report about the problem.
        public var text: String
    }

    /// A channel through which the guest sends alerts.
    public struct Channel: Codable, Sendable, Equatable {
        public var name: String
        /// Alerts that could not be sent yet.
        public var waiting: Int
        /// Why alerts cannot be sent; nil if they can.
        public var trouble: String?
        public var since: Date?
    }

    /// Seconds since the monitor last completed a run; nil if it has not since the guest was started.
    public var age: Int?
    /// Seconds since the monitor could first run: since the guest was started or cron got the job. Nil if unknown.
    public var ready: Int?
    /// Whether cron, which starts the monitor, is running. Nil if unknown.
    public var cronIsRunning: Bool?
    /// Why the monitor cannot work, if it could not save this as a condition.
    public var fault: String?
    public var conditions: [Condition] = []
    public var channels: [Channel] = []

    /// Whether the monitor has run recently. It runs every minute, but may wait for slow servers.
    public var isWatching: Bool {
        cronIsRunning != false && (age ?? ready).map { $0 < (age == nil ? 180 : 600) } ?? false
    }

    /// Why the guest is not monitored, or nil if it is: no run for too long, or a run that failed.
    public var problem: String? {
        let parts = [isWatching ? nil : silence, fault].compactMap(\.self)
        return parts.isEmpty ? nil : parts.joined(separator: "; ")
    }

    /// `the monitor last ran 12 min ago; cron is not running`
    private var silence: String {
        let last = age.map { "last ran \($0 < 120 ? "\($0) s" : "\($0 / 60) min") ago" }
        let cron = cronIsRunning == false ? "; cron is not running" : ""
        return "the monitor \(last ?? "has not run since the guest was started")\(cron)"
    }

    package static let program = "/usr/local/lib/mxprovision/monitor"
    package static let question: Script = "[ -x \(program) ] || exit 3; exec \(program) --show"

    /// Parses the monitor's output. Returns nil if the guest has no monitor.
    package init?(_ answer: CommandResult) throws {
        if answer.exit == 3 { return nil }
        let unreadable = UnreadableAnswer(expected: "the state of its monitor", answer: answer)
        guard answer.exit == 0 else { throw unreadable }
        var now: Int?
        for line in answer.text.split(separator: "\n").map(String.init) {
            if let match = line.wholeMatch(of: /now=([0-9]{1,15})/) {
                now = Int(match.1)
            } else if let match = line.wholeMatch(of: /looked=([0-9]{0,15})/), let now {
                age = Int(match.1).map { now - $0 }
            } else if let match = line.wholeMatch(of: /ready=([0-9]{0,15})/), let now {
                ready = Int(match.1).map { now - $0 }
            } else if let match = line.wholeMatch(of: /cron=(active|inactive|unknown)/) {
                cronIsRunning = match.1 == "unknown" ? nil : match.1 == "active"
            } else if let match = line.wholeMatch(of: /fault=(.+)/) {
                fault = String(match.1)
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
