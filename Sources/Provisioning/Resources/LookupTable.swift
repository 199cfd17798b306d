import Foundation
public import RemoteShell

/// A Postfix lookup table: its source text, and the database built from it.
///
/// The database is compared, not the text alone: Postfix reads the one and people the other.
public struct LookupTable: Resource {
    public static let kind = "lookup-table"
    public let path: String
    /// The type that the settings name: `hash`, `lmdb` (built), or `texthash` (read as text).
    public let type: TableType
    /// Keys with their values, in the playbook's order.
    public let entries: [Entry]

    public enum TableType: String, Sendable, CaseIterable { case hash, lmdb, texthash }

    public struct Entry: Sendable, Equatable {
        var key: String
        var value: String
    }

    public init(_ parameters: inout Parameters) {
        path = parameters.string("path")
        type = parameters.choice("type", default: .hash)
        let value = parameters.optionalString("value") ?? "OK"
        let keys = parameters.optionalStrings("keys") ?? []
        let pairs = parameters.optionalMap("entries") ?? []
        entries = keys.map { Entry(key: $0, value: value) } + pairs.map { Entry(key: $0.key, value: $0.value) }
        if entries.isEmpty { parameters.wrong(nil, "the table is empty; `keys` or `entries` is wanted") }
        if path.wholeMatch(of: /\/[A-Za-z0-9._\/-]+/) == nil {
            parameters.wrong("path", "`path` is `\(path)`; an absolute path is wanted")
        }
        for entry in entries {
            if entry.key.isEmpty || entry.key.hasPrefix("#") || entry.key.contains(where: \.isWhitespace) {
                parameters.wrong(nil, "`\(entry.key)` cannot be a key of a Postfix table")
            }
            if entry.value.contains(where: \.isNewline) {
                parameters.wrong(nil, "the value of `\(entry.key)` has a line break in it")
            }
        }
        parameters.finish()
    }

    private var isBuilt: Bool { type != .texthash }
    private var database: String { path + (type == .hash ? ".db" : ".lmdb") }

    /// The text that `postmap` builds from.
    var text: String { entries.map { "\($0.key) \($0.value)\n" }.joined() }

    /// `postmap -s` prints what is in the database; the text is asked too, as somebody may build from it.
    public var probe: Script {
        let database: Script =
            isBuilt
            ? """
            command -v postmap >/dev/null || exit 3
            [ -e \(self.database) ] || exit 3
            postmap -s \("\(type.rawValue):\(path)")
            """
            : ":"
        return """
            [ -e \(path) ] || exit 3
            cat \(path)
            echo ==
            \(database)
            """
    }

    /// What the text and the database say; nil where there is none.
    public struct Observation: Sendable, Equatable {
        var text: [String: String]?
        var database: [String: String]?
    }

    public func observation(from answer: Completion) throws -> Observation {
        guard answer.exit == 0 || answer.exit == 3 else {
            throw UnreadableAnswer(expected: "a Postfix table", answer: answer)
        }
        let parts = answer.text.components(separatedBy: "==\n")
        guard parts.count > 1 else { return Observation() }
        let database = answer.exit == 3 ? nil : Self.entries(in: parts[1])
        return Observation(text: Self.entries(in: parts[0]), database: isBuilt ? database : nil)
    }

    private static func entries(in text: String) -> [String: String] {
        var entries: [String: String] = [:]
        for line in text.split(separator: "\n") where !line.hasPrefix("#") {
            let words = line.split(maxSplits: 1, whereSeparator: \.isWhitespace)
            guard let key = words.first else { continue }
            entries[key.lowercased()] = words.count > 1 ? words[1].trimmingCharacters(in: .whitespaces) : ""
        }
        return entries
    }

    public func changes(from observed: Observation) -> [Change] {
        let wanted = Dictionary(entries.map { ($0.key.lowercased(), $0.value) }) { $1 }
        guard let now = isBuilt ? observed.database : observed.text else {
            let what = isBuilt && observed.text != nil ? database : path
            return [Change(what, from: nil, to: "\(entries.count) entr\(entries.count == 1 ? "y" : "ies")")]
        }
        let keys = Set(wanted.keys).union(now.keys).sorted()
        let changes = keys.filter { wanted[$0] != now[$0] }.map { Change($0, from: now[$0], to: wanted[$0]) }
        if changes.isEmpty, isBuilt, observed.text != wanted {
            return [Change(path, from: "other text than its database", to: "the same")]
        }
        return changes
    }

    /// The new database is complete before it takes the old one's name, so no lookup ever meets half a table.
    public func remedy(for observed: Observation) -> Script {
        let write: Script = """
            mkdir -p "$(dirname \(path))"
            printf %s \(text) >\(path + ".new")
            chmod 644 \(path + ".new")
            """
        guard isBuilt else { return "\(write)\nmv \(path + ".new") \(path)" }
        let fresh = path + ".new" + (type == .hash ? ".db" : ".lmdb")
        return """
            \(write)
            rm -f \(fresh)
            postmap \("\(type.rawValue):\(path).new")
            mv \(fresh) \(database)
            mv \(path + ".new") \(path)
            """
    }

    /// Postfix sees by itself that a database has changed; a text is read when a process starts.
    public func triggers(after changes: [Change]) -> [Trigger] { isBuilt ? [] : [Trigger(.reload, "postfix")] }
}
