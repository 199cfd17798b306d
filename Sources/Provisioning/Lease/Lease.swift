public import Foundation

/// The line in a guest's notes that tells other machines who works on the site, and until when they are to believe it.
///
/// Proxmox's cluster file system keeps the notes on every node, and `PUT …/config` with a digest changes them only where
/// nobody else did meanwhile: so no server of ours is needed. All times are the node's.
public struct Lease: Sendable, Equatable {
    /// How long a machine that has died holds a site.
    public static let usual = Duration.seconds(300)

    /// Random; tells this run from every other.
    public var id: String
    public var holder: SiteLock.Holder
    /// Renewed before, while the run goes on; a machine that died lets go of the site then.
    public var until: Date
    /// 0 in the notes of a clone whose maker has not yet seen whether it is the site's only guest.
    public var renewals: Int

    public init(id: String, holder: SiteLock.Holder, until: Date, renewals: Int = 0) {
        self.id = id
        self.holder = holder
        self.until = until
        self.renewals = renewals
    }

    /// The lease in a guest's notes; nil where nobody has it, or where the line is not one that we have written.
    public init?(in notes: String) {
        guard let values = LeaseLine.values(behind: LeaseLine.held, in: notes),
            let id = values["id"], let who = values["by"], let command = values["command"],
            let since = values["since"].flatMap(LeaseLine.date), let until = values["until"].flatMap(LeaseLine.date)
        else { return nil }
        let renewals = values["renewals"].flatMap { Int($0) } ?? 1
        self.init(
            id: id, holder: .init(who: who, command: command, since: since), until: until, renewals: renewals)
    }

    /// The notes with this lease instead of whatever stood in its place; everything else as it was.
    public func written(into notes: String) -> String {
        let values = [
            ("by", holder.who), ("command", holder.command), ("since", LeaseLine.text(holder.since)),
            ("until", LeaseLine.text(until)), ("renewals", String(renewals)), ("id", id),
        ]
        return LeaseLine.replace(in: notes, by: LeaseLine.held + LeaseLine.text(values))
    }

    /// The notes with the lease given back. The line that stays makes them differ from what they were before the run:
    /// whoever looked then has seen another guest.
    public func ended(in notes: String, at end: Date) -> String {
        let values = [
            ("by", holder.who), ("command", holder.command), ("ended", LeaseLine.text(end)), ("id", id),
        ]
        return LeaseLine.replace(in: notes, by: LeaseLine.last + LeaseLine.text(values))
    }

    /// The id of the run that holds the site, or else of the last one that did.
    static func latestID(in notes: String) -> String? {
        [LeaseLine.held, LeaseLine.last].lazy.compactMap { LeaseLine.values(behind: $0, in: notes)?["id"] }.first
    }
}

/// How a lease is written: one line of `key=value`, beside the mark's.
private enum LeaseLine {
    static let held = "mxprovision-lease: "
    static let last = "mxprovision-last: "

    /// No blanks, no line ends, and nothing that the notes would show as anything but itself.
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

    /// Behind the mark where there was none.
    static func replace(in notes: String, by line: String) -> String {
        var lines = notes.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        let isOurs = { (line: String) in line.hasPrefix(held) || line.hasPrefix(last) }
        if let place = lines.firstIndex(where: isOurs) {
            lines[place] = line
            for index in lines.indices.reversed() where index > place && isOurs(lines[index]) {
                lines.remove(at: index)
            }
        } else {
            let mark = lines.firstIndex { Mark(in: $0) != nil }
            lines.insert(line, at: mark.map { $0 + 1 } ?? lines.endIndex)
        }
        return lines.joined(separator: "\n")
    }

    static func text(_ date: Date) -> String { date.formatted(.iso8601) }
    static func date(_ text: String) -> Date? { try? Date(text, strategy: .iso8601) }
}
