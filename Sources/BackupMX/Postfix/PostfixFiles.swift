import Alerts
import ConfigurationFiles
import Engine
import RemoteShell
import Resources
import Sites

/// The problems of main.cf, master.cf and the queue's folders, apart from the settings.
struct PostfixFiles: Sendable, Equatable {
    /// Why Postfix's programs cannot use main.cf or master.cf.
    var damages: [Change] = []
    var permissions: [Change] = []
    /// The queue's folders that are not directories, and the queue's root if it is missing.
    var lostQueues: [String] = []

    static let main = "/etc/postfix/main.cf"
    static let master = "/etc/postfix/master.cf"
    /// The folders that all queue managers need. Postfix creates missing ones (postfix(1), `check`).
    static let queues = [
        "active", "bounce", "corrupt", "defer", "deferred", "flush", "hold", "incoming", "private", "saved", "trace",
    ].map { "/var/spool/postfix/" + $0 }
    /// The folder into which `postdrop`, a set-group-ID program, puts mail.
    static let drop = "/var/spool/postfix/maildrop"
    private static let folders = ["/etc/postfix", "/var/spool/postfix"]

    static let watched = [main, master] + folders + queues + [drop]
    static let spool = "/var/spool/postfix"

    /// The services that a mail server requires. A truncated file lacks some of them.
    static let required = [
        "pickup", "cleanup", "qmgr", "tlsmgr", "rewrite", "bounce", "defer", "trace", "verify", "flush", "proxymap",
        "smtp", "relay", "showq", "error", "retry", "discard", "anvil", "scache",
    ]

    init() {}

    /// Parses the output of `stat -c '%n %a %U:%G %F'` for ``watched``. Returns nil if a line has another form.
    init?(_ text: String) {
        var found: [String: (access: FilePermissions, type: Substring)] = [:]
        for line in text.split(separator: "\n") {
            let words = line.split(separator: " ", maxSplits: 3)
            guard words.count == 4, let access = FilePermissions("\(words[1]) \(words[2])") else { return nil }
            found[String(words[0])] = (access, words[3])
        }
        for path in [Self.main, Self.master] {
            guard let (access, type) = found[path] else {
                damages.append(Change(path, from: "missing", to: "rebuilt"))
                continue
            }
            if type.hasPrefix("regular") {
                permissions += access.changes(of: path, toMode: "0644", owner: "root:root")
            } else {
                damages.append(Change(path, from: "a \(type)", to: "rebuilt"))
            }
        }
        // A queue folder may be a symbolic link to another file system, which stat(1) does not follow.
        lostQueues = ([Self.spool] + Self.queues + [Self.drop]).filter { path in
            guard let type = found[path]?.type else { return path == Self.spool }
            return type != "directory" && type != "symbolic link"
        }
        for path in Self.folders {
            // A symbolic link has its own mode, and its target is not checked.
            guard let (access, type) = found[path], type == "directory" else { continue }
            permissions += access.changes(of: path, toMode: "0755", owner: "root:root")
        }
        for path in Self.queues {
            guard let (access, type) = found[path], type == "directory" else { continue }
            permissions += access.changes(of: path, toMode: "0700", owner: "postfix:root")
        }
        // Debian 13 does not set the sticky bit.
        if let (access, type) = found[Self.drop], type == "directory", access != FilePermissions("730 postfix:postdrop")
        {
            permissions += access.changes(of: Self.drop, toMode: "1730", owner: "postfix:postdrop")
        }
    }

    /// Adds a damage if master.cf lacks required services.
    mutating func read(masterEntries text: String) {
        let entries = text.split(separator: "\n").map { $0.split(whereSeparator: \.isWhitespace).prefix(2) }
            .filter { $0.count == 2 }
        let local = Set(entries.filter { $0[1] == "unix" || $0[1] == "fifo" }.map { String($0[0]) })
        let missing = Self.required.filter { !local.contains($0) }
        if !missing.isEmpty {
            let names = missing.count > 3 ? "\(missing.count) services" : missing.joined(separator: ", ")
            damages.append(Change(Self.master, from: "damaged: lacks \(names)", to: "rebuilt"))
        } else if !entries.contains(where: { $0[1] == "inet" || $0[1] == "pass" }) {
            damages.append(Change(Self.master, from: "damaged: no service listens", to: "rebuilt"))
        }
    }

    /// Returns the damage that a program's error messages describe.
    static func damage(after errors: String) -> Change {
        let lines = errors.split(separator: "\n").filter { $0.contains("fatal: ") || $0.contains("macro") }
        guard let line = lines.last else { return Change(main, from: "damaged: postconf fails", to: "rebuilt") }
        // For `macro processing error`, the previous line names the parameter.
        let telling = line.hasSuffix("macro processing error") && lines.count > 1 ? lines[lines.count - 2] : line
        let words = telling.split(separator: ": ", maxSplits: 2).last.map(String.init) ?? String(telling)
        let isMaster = words.contains("master.cf") || words.contains("field")
        let reason = words.unicodeScalars.prefix(200).map {
            $0.isASCII && $0.value >= 32 && $0.value != 127 ? String($0) : "?"
        }
        return Change(isMaster ? master : main, from: "damaged: " + reason.joined(), to: "rebuilt")
    }

    var changes: [Change] {
        lostQueues.map { Change($0, from: "not a directory", to: "a directory") } + damages + permissions
    }
}
