import Alerts
public import ConfigurationFiles
import Engine
import Foundation
public import RemoteShell
public import Resources
import Sites

/// A Postfix lookup table: its source text, and the database that is built from it.
///
/// Both are compared, because Postfix reads the database and people read the text.
public struct LookupTable: Resource {
    public static let kind = "lookup-table"
    public let path: String
    /// The type in Postfix's settings: `hash` and `lmdb` are built, `texthash` is read as text.
    public let type: TableType
    /// The keys with their values, in the playbook's order.
    public let entries: [Entry]
    /// The maximum decrease in percent of the entries. A table that would shrink more is kept unchanged.
    public let shrink: Int

    public enum TableType: String, Sendable, CaseIterable { case hash, lmdb, texthash }

    public struct Entry: Sendable, Equatable {
        var key: String
        var value: String
    }

    public init(_ parameters: inout Parameters) {
        path = parameters.tablePath("path")
        type = parameters.choice("type", default: .hash)
        shrink = parameters.integer("shrink", in: 0...100, default: 100)
        let value = parameters.optionalString("value") ?? "OK"
        let keys = parameters.optionalStrings("keys") ?? []
        let pairs = parameters.optionalMap("entries") ?? []
        let all = keys.map { Entry(key: $0, value: value) } + pairs.map { Entry(key: $0.key, value: $0.value) }
        // Postfix ignores blanks around a value.
        entries = all.map { Entry(key: $0.key, value: $0.value.trimmingCharacters(in: .whitespaces)) }
        if entries.isEmpty { parameters.wrong(nil, "the table is empty; expected `keys` or `entries`") }
        var faults: [(item: Int?, text: String)] = []
        for entry in entries {
            // A quotation mark starts a key that contains blanks.
            if entry.key.isEmpty || entry.key.contains(where: { $0.isWhitespace || $0 == "\0" })
                || ["#", "\""].contains(entry.key.first)
            {
                faults.append((nil, "`\(entry.key)` is not a valid key of a Postfix table"))
            }
            if entry.value.isEmpty || entry.value.contains(where: { $0.isNewline || $0 == "\0" }) {
                faults.append((nil, "the value of `\(entry.key)` is empty, or contains a line break or a NUL"))
            }
        }
        for (key, same) in Dictionary(grouping: entries, by: { $0.key.lowercased() }).sorted(by: { $0.key < $1.key })
        where Set(same.map(\.value)).count > 1 {
            faults.append((nil, "`\(key)` is listed twice with different values"))
        }
        parameters.wrong(nil, items: faults)
        parameters.finish()
    }

    private var isBuilt: Bool { type != .texthash }
    private var suffix: String { type == .hash ? ".db" : ".lmdb" }
    private var database: String { path + suffix }

    public var objects: [ManagedObject] { [.file(path)] + (isBuilt ? [.file(database)] : []) }

    /// The source text for `postmap`.
    var text: String { entries.map { "\($0.key) \($0.value)\n" }.joined() }

    /// Prints size, mode and owner of the text, then the text, then the output of `postmap -s` for the database. The
    /// size comes first because the text may contain anything.
    ///
    /// If main.cf is damaged, postmap(1) fails before it reads a table. It is then run with minimal settings of our
    /// own.
    public var probe: Script {
        let database: Script =
            isBuilt
            ? """
            command -v postmap >/dev/null || exit 3
            if [ -f \(self.database) ]; then
                stat -L -c '%a %U:%G' \(self.database)
                postmap -s \(table) && echo read || {
                    c=$(mktemp -d)
                    printf '%s\\n' \(Self.settings) >"$c/main.cf"
                    \(.aged(#""$c/main.cf""#))
                    postmap -c "$c" -s \(table) && echo read || echo unreadable
                    rm -r "$c"
                }
            elif [ -e \(self.database) ]; then echo unreadable
            else echo absent
            fi
            """
            : "echo none"
        return """
            [ -e \(path) ] || exit 3
            [ -f \(path) ] || exit 4
            stat -L -c '%s %a %U:%G' \(path) && cat \(path) || exit 1
            \(database)
            """
    }

    private var table: String { "\(type.rawValue):\(path)" }
    /// Settings that are sufficient for postmap(1), independent of main.cf and the host name.
    private static let settings = ["compatibility_level = 3.6", "myhostname = mxprovision.invalid"]

    /// The content and permissions of the text and the database; nil for what does not exist.
    public struct Observation: Sendable, Equatable {
        var text: [String: String]?
        var database: [String: String]?
        /// Whether the database exists but `postmap` cannot read it.
        var isDamaged = false
        /// Whether the text's path is not a regular file.
        var isObstructed = false
        var textAccess: FilePermissions?
        var databaseAccess: FilePermissions?
    }

    public func observation(from answer: CommandResult) throws -> Observation {
        let unreadable = UnreadableAnswer(expected: "a Postfix table", answer: answer)
        // There is no table, or Postfix is not installed yet.
        if answer.exit == 3 { return Observation() }
        if answer.exit == 4, answer.output.isEmpty { return Observation(isObstructed: true) }
        guard answer.exit == 0, let end = answer.output.firstIndex(of: UInt8(ascii: "\n")) else { throw unreadable }
        let first = String(decoding: answer.output[..<end], as: UTF8.self).split(separator: " ", maxSplits: 1)
        guard first.count == 2, let length = Int(first[0]), let access = FilePermissions(String(first[1])) else {
            throw unreadable
        }
        let rest = answer.output[answer.output.index(after: end)...]
        guard length >= 0, rest.count > length else { throw unreadable }
        var observed = Observation(text: Self.entries(in: rest.prefix(length)), textAccess: access)
        var lines = String(decoding: rest.dropFirst(length), as: UTF8.self)
            .split(separator: "\n", omittingEmptySubsequences: false)
        guard lines.popLast() == "", let verdict = lines.popLast() else { throw unreadable }
        if let access = lines.first.flatMap({ FilePermissions(String($0)) }) {
            observed.databaseAccess = access
            lines.removeFirst()
        }
        switch verdict {
        case "read" where isBuilt && observed.databaseAccess != nil: observed.database = Self.entries(in: lines)
        case "unreadable" where isBuilt: observed.isDamaged = true
        case "absent" where isBuilt && lines.isEmpty: break
        case "none" where !isBuilt && lines.isEmpty: break
        default: throw unreadable
        }
        return observed
    }

    private static func entries(in text: Data) -> [String: String] {
        entries(in: String(decoding: text, as: UTF8.self).split(separator: "\n"))
    }

    private static func entries(in lines: [Substring]) -> [String: String] {
        var entries: [String: String] = [:]
        for line in lines where !line.hasPrefix("#") {
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
            let before = observed.isObstructed ? "not a regular file" : observed.isDamaged ? "damaged" : nil
            return [
                Change(
                    what, from: before,
                    to: "\(entries.count) entr\(entries.count == 1 ? "y" : "ies")")
            ]
        }
        let keys = Set(wanted.keys).union(now.keys).sorted()
        let changes = keys.filter { wanted[$0] != now[$0] }.map { Change($0, from: now[$0], to: wanted[$0]) }
        if changes.isEmpty, isBuilt, observed.text != wanted {
            return [Change(path, from: "different from its database", to: "same as its database")]
        }
        return changes + Self.changes(of: path, observed.textAccess)
            + (isBuilt ? Self.changes(of: database, observed.databaseAccess) : [])
    }

    private static func changes(of path: String, _ access: FilePermissions?) -> [Change] {
        access?.changes(of: path, toMode: "0644", owner: "root:root") ?? []
    }

    /// Returns the repair script. It builds and queries the new database before it renames it, so that no lookup reads
    /// an incomplete table.
    public func repair(for observed: Observation) -> Script {
        let before = (observed.database ?? observed.text)?.count ?? 0
        let after = Set(entries.map { $0.key.lowercased() }).count
        if after * 100 < before * (100 - shrink) {
            return """
                echo 'kept the old table: the new one would shrink from \(before) to \(after) entries. \
                To accept: `up --accept-shrink`' >&2
                exit 1
                """
        }
        guard isBuilt else {
            return """
                \(.replacement)printf %s \(text) | replace 644 root:root \(path + ".new")
                \(.aged("\(path + ".new")"))
                make_room \(path)
                mv -T \(path + ".new") \(path)
                """
        }
        return """
            \(.replacement)make_room \(path)
            make_room \(database)
            d=$(mktemp -d \(path + ".XXXXXX"))
            trap 'rm -rf "$d"' EXIT
            printf '%s\\n' \(Self.settings) >"$d/main.cf"
            \(.aged(#""$d/main.cf""#))
            printf %s \(text) >"$d/new"
            chmod 644 "$d/new"
            ask() { postmap -c "$d" "$@" \(type.rawValue):"$d/new"; }
            ask
            ask -q \(entries.first?.key ?? "") >/dev/null || { echo 'the new table lacks an expected key' >&2; exit 1; }
            if ask -q "no-such-$$@no-such.invalid" >/dev/null; then
                echo 'verification of the new table failed: it contains an unexpected key' >&2
                exit 1
            fi
            chown root:root "$d/new" "$d/new"\(suffix)
            mv -T "$d/new"\(suffix) \(database)
            mv -T "$d/new" \(path)
            """
    }

    /// Returns the handlers. Postfix detects a changed database by itself, but reads a text only when a process starts.
    public func triggers(after changes: [Change]) -> [Handler] { isBuilt ? [] : [Handler(.reload, "postfix")] }
}
