public import Engine
public import Foundation

/// The line in a guest's notes that shows other machines who holds the site, and until when.
///
/// Proxmox's cluster file system keeps the notes on every node. `PUT …/config` with a digest changes them only if they
/// were not changed since they were read. So no additional server is needed. All times are the node's.
public struct Lease: Sendable, Equatable {
    /// Default duration: how long a machine that has died holds a site.
    public static let usual = Duration.seconds(300)

    /// Random; distinguishes this run from every other.
    public var id: String
    public var holder: SiteLock.Holder
    /// When the lease expires. A running process renews it before; after a crash the site is free at this time.
    public var until: Date
    /// Number of renewals. 0 in the notes of a clone whose creator has not yet checked that it is the site's only
    /// guest.
    public var renewals: Int

    public init(id: String, holder: SiteLock.Holder, until: Date, renewals: Int = 0) {
        self.id = id
        self.holder = holder
        self.until = until
        self.renewals = renewals
    }

    /// Reads the lease in a guest's notes. Returns nil if there is none, or if its line is invalid.
    public init?(in notes: String) {
        guard let values = LeaseLine.values(behind: LeaseLine.held, in: notes),
            let id = values["id"], let who = values["by"], let command = values["command"],
            let since = values["since"].flatMap(LeaseLine.date), let until = values["until"].flatMap(LeaseLine.date)
        else { return nil }
        let renewals = values["renewals"].flatMap { Int($0) } ?? 1
        self.init(
            id: id, holder: .init(who: who, command: command, since: since), until: until, renewals: renewals)
    }

    /// Returns the notes with this lease in place of an earlier one. Everything else is unchanged.
    public func written(into notes: String) -> String {
        let values = [
            ("by", holder.who), ("command", holder.command), ("since", LeaseLine.text(holder.since)),
            ("until", LeaseLine.text(until)), ("renewals", String(renewals)), ("id", id),
        ]
        return LeaseLine.replace(in: notes, by: LeaseLine.held + LeaseLine.text(values))
    }

    /// Returns the notes with the lease released. The line that stays makes them differ from the notes before the run,
    /// so that a change based on the earlier digest fails.
    public func ended(in notes: String, at end: Date) -> String {
        let values = [
            ("by", holder.who), ("command", holder.command), ("ended", LeaseLine.text(end)), ("id", id),
        ]
        return LeaseLine.replace(in: notes, by: LeaseLine.last + LeaseLine.text(values))
    }

    /// Returns the id of the run that holds the site, or else of the last one that did.
    static func latestID(in notes: String) -> String? {
        [LeaseLine.held, LeaseLine.last].lazy.compactMap { LeaseLine.values(behind: $0, in: notes)?["id"] }.first
    }
}

/// The format of a lease: one line of `key=value` pairs, beside the ownership marker.
private enum LeaseLine {
    static let held = "mxprovision-lease: "
    static let last = "mxprovision-last: "

    /// Characters that are not percent-encoded: no blanks, no line ends, and none that the notes would render as
    /// markup.
    private static let plain = CharacterSet(
        charactersIn: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789@.-_:")

    static func text(_ values: [(key: String, value: String)]) -> String {
        values.map { "\($0.key)=\($0.value.addingPercentEncoding(withAllowedCharacters: plain) ?? "")" }
            .joined(separator: " ")
    }

    static func values(behind prefix: String, in notes: String) -> [String: String]? {
        guard let line = notes.split(separator: "\n").first(where: { $0.hasPrefix(prefix) }) else { return nil }
        let pairs = line.dropFirst(prefix.count).split(separator: " ").map { $0.split(separator: "=", maxSplits: 1) }
        return Dictionary(
            pairs.filter { $0.count == 2 }.map { (String($0[0]), $0[1].removingPercentEncoding ?? String($0[1])) },
            uniquingKeysWith: { first, _ in first })
    }

    /// Replaces the line, or inserts it after the ownership marker if there was none.
    static func replace(in notes: String, by line: String) -> String {
        var lines = notes.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        let isOurs = { (line: String) in line.hasPrefix(held) || line.hasPrefix(last) }
        if let place = lines.firstIndex(where: isOurs) {
            lines[place] = line
            for index in lines.indices.reversed() where index > place && isOurs(lines[index]) {
                lines.remove(at: index)
            }
        } else {
            let mark = lines.firstIndex { OwnershipMarker(in: $0) != nil }
            lines.insert(line, at: mark.map { $0 + 1 } ?? lines.endIndex)
        }
        return lines.joined(separator: "\n")
    }

    static func text(_ date: Date) -> String { date.formatted(.iso8601) }
    static func date(_ text: String) -> Date? { try? Date(text, strategy: .iso8601) }
}
