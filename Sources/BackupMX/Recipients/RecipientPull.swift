import Alerts
public import ConfigurationFiles
import Engine
import Foundation
import Guests
public import RemoteShell
public import Resources
import Sites

/// A table of recipients that the guest itself synchronizes with the primary: a script, its settings, the guest's own
/// key, and a timer that runs the script.
///
/// The table is compared with the last valid answer, not with the primary, so that a command batch needs only the
/// guest. The script checks later answers. If one is invalid, it keeps the table unchanged and records the reason.
public struct RecipientPull: EnrollsKey {
    public static let kind = "recipient-pull"
    /// `inventory/site`, which identifies the guest's key on the primary.
    let name: String
    /// The interval between two pulls in minutes.
    let every: Int
    private let units: TimerUnits
    let acceptsShrink: Bool
    /// The setup that the primary should have.
    let exporter: RecipientExporter
    let map: String
    /// The table of recipients as Postfix's programs name it.
    var table: String { "\(type.rawValue):\(map)" }
    private let type: TableType
    private let tables: [String]
    /// The files, in the order in which they are probed and written.
    let files: [KeptFile]

    static let folder = "/etc/mxprovision/recipients"
    static let state = "/var/lib/mxprovision/recipients"
    private static let program = "/usr/local/lib/mxprovision/pull-recipients"
    private static let key = folder + "/key"
    /// The files that the guest's script replaces by renaming, which fails if the target is a directory.
    private static let written = ["snapshot", "pulled", "trouble", "lock"].map { state + "/" + $0 }

    public init(_ parameters: inout Parameters) {
        name = parameters.string("name")
        if name.wholeMatch(of: /[A-Za-z0-9._-]+\/[A-Za-z0-9._-]+/) == nil {
            parameters.wrong("name", "`name` is `\(name)`; expected `inventory/site`")
        }
        every = parameters.integer("every", in: 1...1440)
        units = TimerUnits(
            name: "mxprovision-recipients", description: "Ask the primary for the recipients of the backup MX",
            run: [Self.program], minutes: every)
        acceptsShrink = parameters.boolean("accept_shrink", default: false)
        exporter = RecipientExporter(&parameters)
        map = parameters.tablePath("map")
        let host = parameters.value("host", as: Host.self)?.description ?? ""
        let hostKey = parameters.value("host_key", as: HostKey.self)?.description ?? ""
        let listed: [MailAddress] = parameters.values("listed")
        let domains: [DomainName] = parameters.values("domains")
        if domains.isEmpty { parameters.wrong("domains", "`domains` is empty") }
        let caught: [DomainName] = parameters.optionalValues("catch_all") ?? []
        let staleMap = parameters.tablePath("stale_map")
        type = parameters.choice("type", default: TableType.hash)
        let suffix = type == .hash ? ".db" : ".lmdb"
        tables = [map, staleMap].flatMap { [$0, $0 + suffix] }
        let settings =
            [
                "host=\(host)", "port=\(parameters.integer("port", in: 1...65535, default: 22))",
                "user=\(RecipientExporter.account)", "timeout=60", "state=\(Self.state)", "map=\(map)",
                "stale_map=\(staleMap)",
                "type=\(type.rawValue)",
                "stale=\(parameters.integer("stale", in: 1...720) * 3600)",
            ] + domains.map { "domain=\($0)" } + caught.map { "catch_all=\($0)" }
        files =
            [
                KeptFile(path: Self.program, content: parameters.text(ofFile: "source"), mode: "0755"),
                KeptFile(path: Self.folder + "/settings", content: settings.lines, mode: "0644"),
                KeptFile(
                    path: Self.folder + "/listed", content: listed.map { $0.description.lowercased() }.lines,
                    mode: "0644"
                ),
                KeptFile(path: Self.folder + "/known_hosts", content: ["primary \(hostKey)"].lines, mode: "0644"),
            ] + units.files
        parameters.finish()
    }

    /// The table types. A running smtpd detects a change of these, but not of a text.
    public enum TableType: String, Sendable, CaseIterable { case hash, lmdb }

    public var objects: [ManagedObject] {
        (files.map(\.path) + [Self.key, Self.key + ".pub"] + tables
            + ["snapshot", "pulled"].map { Self.state + "/" + $0 }).map { .file($0) } + [.unit(units.timer)]
    }

    /// Prints a line for each file, then for the key, the timer, the table, and the state of the pulls.
    public var probe: Script {
        Script.lines(
            files.map(\.probe) + [
                """
                \(Self.hasKey) && echo key || echo absent
                \(units.probe)
                table=absent
                if [ -x \(Self.program) ] && [ -f \(Self.program) ] && [ -f \(Self.folder + "/settings") ]; then
                    table=$(\(Self.program) --check 2>/dev/null)
                fi
                # A damaged script prints anything.
                case $table in same | other | absent) echo "$table" ;; *) echo other ;; esac
                grep -am1 -xE 'version=[0-9a-f]+' \(Self.state + "/pulled") 2>/dev/null | cut -d= -f2 | grep . || echo never
                if [ -f \(Self.state + "/trouble") ]; then
                    grep -am1 -oE '^[0-9]+ [a-z-]+' \(Self.state + "/trouble") | cut -d' ' -f2 | grep . || echo unknown
                else echo none; fi
                """
            ])
    }

    public struct Found: Sendable, Equatable {
        /// The files in the order of ``files``; nil for each that does not exist.
        var files: [KeptFile.Found?]
        var hasKey: Bool
        var isTimed: Bool
        /// `same` if the table matches the last valid answer, otherwise `other` or `absent`.
        var table: String
        /// The version of the exporter that sent the last valid answer; nil if there is none.
        var version: String?
        /// Why the last pull failed: `denied`, `shrink`, `unreachable` …
        var trouble: String?
    }

    public func observation(from answer: CommandResult) throws -> Found {
        let unreadable = UnreadableAnswer(expected: "the settings of the recipient pull", answer: answer)
        let lines = answer.text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        guard answer.exit == 0, lines.count == files.count + 6, lines.last == "", let found = files.found(in: lines)
        else { throw unreadable }
        let rest = lines.dropFirst(files.count).map(\.self)
        guard ["key", "absent"].contains(rest[0]), let isTimed = TimerUnits.isActive(in: rest[1]),
            ["same", "other", "absent"].contains(rest[2]), rest[3].wholeMatch(of: /never|[0-9a-f]+/) != nil,
            rest[4].wholeMatch(of: /[a-z-]+/) != nil
        else { throw unreadable }
        return Found(
            files: found,
            hasKey: rest[0] == "key",
            isTimed: isTimed,
            table: rest[2],
            version: rest[3] == "never" ? nil : rest[3],
            trouble: rest[4] == "none" ? nil : rest[4]
        )
    }

    public func changes(from observed: Found) -> [Change] {
        if observed.files.allSatisfy({ $0 == nil }) {
            return [Change(Self.kind, from: nil, to: "every \(every) min")]
        }
        var changes = files.changes(from: observed.files)
        if !observed.hasKey { changes.append(Change(Self.key, from: nil, to: "a new key of the guest")) }
        changes += units.changes(isActive: observed.isTimed)
        if observed.version != exporter.version {
            changes.append(
                Change(Self.export, from: observed.version.map { _ in "another version" }, to: "this version"))
        }
        if observed.table != "same" {
            changes.append(
                Change(map, from: observed.table == "absent" ? nil : "different entries", to: "the primary's"))
        }
        if observed.trouble == "denied" { changes.append(Change(Self.login, from: "denied", to: "allowed")) }
        if observed.trouble == "shrink", acceptsShrink {
            changes.append(Change("shrink of the list", from: "refused", to: "accepted"))
        }
        return changes
    }

    private static let export = "list-recipients on the primary"
    private static let login = "login on the primary"

    public func enrollment(before changes: [Change]) -> Script? {
        guard changes.contains(where: { [Self.kind, Self.key, Self.export, Self.login].contains($0.subject) }) else {
            return nil
        }
        return "set -eu\n\(makeKey)\ncat \(Self.key + ".pub")"
    }

    public func keyEnrollment(from answer: CommandResult) throws -> KeyEnrollment {
        guard answer.exit == 0, let key = HostKeys.keys(in: answer.text).first else {
            throw UnreadableAnswer(expected: "a public key", answer: answer)
        }
        return exporter.keyEnrollment(of: key, named: name)
    }

    /// Checks that both halves of the key are files and match, and that ssh(1) may use the private key.
    private static let hasKey: Script = """
        { [ -f \(key) ] && [ -f \(key + ".pub") ] && read -r kind half _ <\(key + ".pub") &&
            [ "$(ssh-keygen -y -P '' -f \(key) 2>/dev/null | cut -d' ' -f1,2)" = "$kind $half" ]; }
        """

    private var makeKey: Script {
        """
        \(.replacement)make_folder \(Self.folder)
        \(Self.hasKey) || (
            umask 077
            make_room \(Self.key)
            make_room \(Self.key + ".pub")
            rm -f \(Self.key) \(Self.key + ".pub")
            ssh-keygen -q -t ed25519 -N '' -C \("mxprovision:" + name) -f \(Self.key)
        )
        """
    }

    /// Returns the repair script. A drifted table is rebuilt from the last answer; the primary is queried only if a new
    /// answer is needed.
    public func repair(for observed: Found) -> Script {
        let needsAnswer =
            observed.version != exporter.version || !observed.hasKey || observed.trouble == "denied"
            || (observed.trouble == "shrink" && acceptsShrink)
        let words = acceptsShrink ? ["--accept-shrink"] : []
        let rebuild: Script = "\(Self.program) --rebuild \(words)"
        let pull: Script = "\(Self.program) \(words)"
        return Script.lines(
            files.repairs(for: observed.files) + [
                makeKey,
                "make_folder \(Self.state)\nfor f in \(Self.written + tables); do [ ! -d \"$f\" ] || make_room \"$f\"; done",
                // The last valid answer may also be damaged.
                needsAnswer ? pull : "{ [ -f \(Self.state + "/snapshot") ] && \(rebuild); } || \(pull)",
                units.start,
            ])
    }
}

extension [String] {
    fileprivate var lines: String { map { $0 + "\n" }.joined() }
}
