import ConfigurationFiles

/// The time fields of a crontab line, as Debian's cron reads them (crontab(5)).
///
/// cron ignores a whole file if one of its time fields is invalid.
struct CronSchedule: Sendable, Equatable, CustomStringConvertible {
    package let description: String

    private static let shortcuts: Set = [
        "@reboot", "@yearly", "@annually", "@monthly", "@weekly", "@daily", "@midnight", "@hourly",
    ]
    private static let months = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
    private static let days = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"]
    /// The ranges and names of minute, hour, day of the month, month, and day of the week.
    private static let fields: [(range: ClosedRange<Int>, names: [String])] = [
        (0...59, []), (0...23, []), (1...31, []), (1...12, months), (0...7, days),
    ]

    /// Returns nil if cron would reject the text.
    init?(_ text: String) {
        let parts = text.split { $0 == " " || $0 == "\t" }.map(String.init)
        if parts.count == 1, Self.shortcuts.contains(parts[0]) {
            description = parts[0]
            return
        }
        guard parts.count == Self.fields.count,
            zip(parts, Self.fields).allSatisfy({ Self.isField($0, of: $1.range, names: $1.names) })
        else { return nil }
        description = parts.joined(separator: " ")
    }

    /// Returns whether the text is a valid field: a single name, or a list of numbers, ranges and steps.
    private static func isField(_ text: String, of range: ClosedRange<Int>, names: [String]) -> Bool {
        if names.contains(text.lowercased()) { return true }
        return text.split(separator: ",", omittingEmptySubsequences: false).allSatisfy { item in
            guard let match = item.wholeMatch(of: /(?:(\*)|([0-9]{1,2})(?:-([0-9]{1,2}))?)(?:\/([0-9]{1,2}))?/) else {
                return false
            }
            if let step = match.4, Int(step) == 0 || (match.1 == nil && match.3 == nil) { return false }
            guard let first = match.2.flatMap({ Int($0) }) else { return true }
            let last = match.3.flatMap { Int($0) } ?? first
            return range.contains(first) && range.contains(last) && first <= last
        }
    }
}
