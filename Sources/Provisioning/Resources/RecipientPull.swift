import Foundation
public import RemoteShell

/// A table of recipients that the guest itself keeps as the primary has them: a script, its settings and a key of the
/// guest's own, with a timer that runs it.
///
/// The table is compared with the last good answer and not with the primary, so a survey needs nobody but the guest.
/// Whatever may be wrong with a later answer is the script's to see: it leaves the table alone, and a note of why.
public struct RecipientPull: Introduced {
    public static let kind = "recipient-pull"
    /// `inventory/site`, by which the primary tells the guests' keys apart.
    let name: String
    /// Minutes between two pulls.
    let every: Int
    let acceptsShrink: Bool
    /// What the primary is to have.
    let exporter: RecipientExporter
    let map: String
    /// In the order in which they are asked and written.
    let files: [ManagedFile]

    static let folder = "/etc/mxprovision/recipients"
    static let state = "/var/lib/mxprovision/recipients"
    private static let program = "/usr/local/lib/mxprovision/pull-recipients"
    private static let timer = "mxprovision-recipients.timer"
    private static let key = folder + "/key"

    public init(_ parameters: inout Parameters) {
        name = parameters.string("name")
        if name.wholeMatch(of: /[A-Za-z0-9._-]+\/[A-Za-z0-9._-]+/) == nil {
            parameters.wrong("name", "`name` is `\(name)`; `inventory/site` is wanted")
        }
        every = parameters.integer("every", in: 1...1440)
        acceptsShrink = parameters.boolean("accept_shrink", default: false)
        exporter = RecipientExporter(&parameters)
        map = parameters.tablePath("map")
        let host = parameters.value("host", as: Host.self)?.description ?? ""
        let hostKey = parameters.value("host_key", as: HostKey.self)?.description ?? ""
        let listed: [MailAddress] = parameters.values("listed")
        let domains: [DomainName] = parameters.values("domains")
        if domains.isEmpty { parameters.wrong("domains", "`domains` is empty") }
        let caught: [DomainName] = parameters.optionalValues("catch_all") ?? []
        let settings =
            [
                "host=\(host)", "port=\(parameters.integer("port", in: 1...65535, default: 22))",
                "user=\(RecipientExporter.account)", "timeout=60", "state=\(Self.state)", "map=\(map)",
                "stale_map=\(parameters.tablePath("stale_map"))",
                "type=\(parameters.choice("type", default: TableType.hash).rawValue)",
                "stale=\(parameters.integer("stale", in: 1...720) * 3600)",
            ] + domains.map { "domain=\($0)" } + caught.map { "catch_all=\($0)" }
        files = [
            ManagedFile(path: Self.program, content: parameters.text(ofFile: "source"), mode: "0755"),
            ManagedFile(path: Self.folder + "/settings", content: settings.lines, mode: "0644"),
            ManagedFile(
                path: Self.folder + "/listed", content: listed.map { $0.description.lowercased() }.lines, mode: "0644"),
            ManagedFile(path: Self.folder + "/known_hosts", content: ["primary \(hostKey)"].lines, mode: "0644"),
            ManagedFile(
                path: "/etc/systemd/system/mxprovision-recipients.service", content: Self.service, mode: "0644"),
            ManagedFile(path: "/etc/systemd/system/\(Self.timer)", content: Self.timer(every: every), mode: "0644"),
        ]
        parameters.finish()
    }

    /// What a running smtpd sees change by itself; a text it would not.
    public enum TableType: String, Sendable, CaseIterable { case hash, lmdb }

    private static let service = """
        [Unit]
        Description=Ask the primary for the recipients of the backup MX
        After=network-online.target
        Wants=network-online.target

        [Service]
        Type=oneshot
        ExecStart=\(program)
        TimeoutStartSec=5min

        """

    private static func timer(every minutes: Int) -> String {
        """
        [Unit]
        Description=Ask the primary for the recipients of the backup MX

        [Timer]
        OnActiveSec=\(minutes)min
        OnUnitInactiveSec=\(minutes)min
        AccuracySec=10s

        [Install]
        WantedBy=timers.target

        """
    }

    /// A line for each file, then for the key, the timer, the table, and what is known of the pulls.
    public var probe: Script {
        let asked = files.map { file -> Script in
            """
            if [ -e \(file.path) ]; then
                printf %s \(file.content) | cmp -s - \(file.path) && printf 'same ' || printf 'other '
                stat -L -c '%a %U:%G' \(file.path)
            else echo absent; fi
            """
        }
        return Script.lines(
            asked + [
                """
                [ -s \(Self.key) ] && [ -s \(Self.key + ".pub") ] && echo key || echo absent
                systemctl show -p UnitFileState,ActiveState \(Self.timer) | sort | paste -sd' ' -
                if [ -x \(Self.program) ] && [ -e \(Self.folder + "/settings") ]; then \(Self.program) --check; else echo absent; fi
                sed -n 's/^version=//p' \(Self.state + "/pulled") 2>/dev/null | grep . || echo never
                if [ -e \(Self.state + "/trouble") ]; then cut -d' ' -f2 \(Self.state + "/trouble"); else echo none; fi
                """
            ])
    }

    public struct Found: Sendable, Equatable {
        struct File: Sendable, Equatable {
            var isSame: Bool
            var access: Access
        }

        /// As ``files`` has them; nil for each that is not there.
        var files: [File?]
        var hasKey: Bool
        var isTimed: Bool
        /// `same` as the last good answer makes it, `other`, or `absent`.
        var table: String
        /// Of the exporter whose answer was the last good one; nil where there was none.
        var version: String?
        /// Why the last pull came to nothing: `denied`, `shrink`, `unreachable` …
        var trouble: String?
    }

    public func observation(from answer: Completion) throws -> Found {
        let unreadable = UnreadableAnswer(expected: "how the pull of recipients is set up", answer: answer)
        let lines = answer.text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        guard answer.exit == 0, lines.count == files.count + 6, lines.last == "" else { throw unreadable }
        let found = try lines.prefix(files.count).map { line -> Found.File? in
            if line == "absent" { return nil }
            guard let match = line.wholeMatch(of: /(same|other) (.+)/), let access = Access(String(match.2)) else {
                throw unreadable
            }
            return Found.File(isSame: match.1 == "same", access: access)
        }
        let rest = lines.dropFirst(files.count).map(\.self)
        guard ["key", "absent"].contains(rest[0]), rest[1].hasPrefix("ActiveState="),
            ["same", "other", "absent"].contains(rest[2]), rest[3].wholeMatch(of: /never|[0-9a-f]+/) != nil,
            rest[4].wholeMatch(of: /[a-z-]+/) != nil
        else { throw unreadable }
        return Found(
            files: found,
            hasKey: rest[0] == "key",
            isTimed: rest[1] == "ActiveState=active UnitFileState=enabled",
            table: rest[2],
            version: rest[3] == "never" ? nil : rest[3],
            trouble: rest[4] == "none" ? nil : rest[4]
        )
    }

    public func changes(from observed: Found) -> [Change] {
        if observed.files.allSatisfy({ $0 == nil }) {
            return [Change(Self.kind, from: nil, to: "every \(every) min")]
        }
        var changes = zip(files, observed.files).flatMap { file, found -> [Change] in
            guard let found else { return [Change(file.path, from: nil, to: "\(file.content.utf8.count) bytes")] }
            return
                (found.isSame ? [] : [Change(file.path, from: "other content", to: "\(file.content.utf8.count) bytes")])
                + found.access.changes(of: file.path, toMode: file.mode, owner: file.owner)
        }
        if !observed.hasKey { changes.append(Change(Self.key, from: nil, to: "a key of the guest's own")) }
        if !observed.isTimed { changes.append(Change(Self.timer, from: "off", to: "every \(every) min")) }
        if observed.version != exporter.version {
            changes.append(Change(Self.export, from: observed.version.map { _ in "another one" }, to: "this one"))
        }
        if observed.table != "same" {
            changes.append(Change(map, from: observed.table == "absent" ? nil : "other entries", to: "the primary's"))
        }
        if observed.trouble == "denied" { changes.append(Change(Self.login, from: "denied", to: "allowed")) }
        if observed.trouble == "shrink", acceptsShrink {
            changes.append(Change("shrink of the list", from: "refused", to: "accepted"))
        }
        return changes
    }

    private static let export = "list-recipients on the primary"
    private static let login = "login on the primary"

    public func introduction(before changes: [Change]) -> Script? {
        guard changes.contains(where: { [Self.kind, Self.key, Self.export, Self.login].contains($0.subject) }) else {
            return nil
        }
        return "set -eu\n\(makeKey)\ncat \(Self.key + ".pub")"
    }

    public func acquaintance(from answer: Completion) throws -> Acquaintance {
        guard answer.exit == 0, let key = HostKeys.keys(in: answer.text).first else {
            throw UnreadableAnswer(expected: "a public key", answer: answer)
        }
        return exporter.acquaintance(of: key, named: name)
    }

    private var makeKey: Script {
        """
        (umask 077; mkdir -p -m 755 /etc/mxprovision; mkdir -p -m 755 \(Self.folder)
        if [ ! -s \(Self.key) ] || [ ! -s \(Self.key + ".pub") ]; then
            rm -f \(Self.key) \(Self.key + ".pub")
            ssh-keygen -q -t ed25519 -N '' -C \("mxprovision:" + name) -f \(Self.key)
        fi)
        """
    }

    /// What is known already is enough for a table that drifted; the primary is asked where there is something to hear.
    public func remedy(for observed: Found) -> Script {
        let written = zip(files, observed.files).filter { file, found in
            guard let found else { return true }
            return !found.isSame || !found.access.changes(of: file.path, toMode: file.mode, owner: file.owner).isEmpty
        }.map { file, _ -> Script in "(\(file.remedy(for: nil)))" }
        let needsAnswer =
            observed.version != exporter.version || !observed.hasKey || observed.trouble == "denied"
            || (observed.trouble == "shrink" && acceptsShrink)
        let words = acceptsShrink ? ["--accept-shrink"] : []
        let rebuild: Script = "\(Self.program) --rebuild \(words)"
        let pull: Script = "\(Self.program) \(words)"
        return Script.lines(
            written + [
                makeKey,
                needsAnswer ? pull : "if [ -e \(Self.state + "/snapshot") ]; then \(rebuild); else \(pull); fi",
                """
                systemctl daemon-reload
                systemctl enable --quiet \(Self.timer)
                systemctl restart \(Self.timer)
                """,
            ])
    }
}

extension [String] {
    fileprivate var lines: String { map { $0 + "\n" }.joined() }
}
