import RemoteShell
import Testing

/// A fault that prevents the monitor from checking, writing or sending, and the reason that it must report.
struct MonitorFault: Sendable, CustomTestStringConvertible {
    var testDescription: String
    /// Text of the alert, or of the failure at the dead-man's switch; nil if nothing can be sent.
    var reason: String?
    var begin: @Sendable (MonitorFolder) throws -> Void
    /// A command that runs the monitor, for example a shell with other mounts.
    var wrapper: @Sendable (MonitorFolder) -> Script

    init(_ name: String, _ reason: String?, begin: @escaping @Sendable (MonitorFolder) throws -> Void) {
        (testDescription, self.reason, self.begin, wrapper) = (name, reason, begin, { _ in "" })
    }

    init(_ name: String, _ reason: String?, wrapper: @escaping @Sendable (MonitorFolder) -> Script) {
        (testDescription, self.reason, begin, self.wrapper) = (name, reason, { _ in }, wrapper)
    }

    /// Returns a command that runs its arguments in a new mount namespace after a preparation. `$1` is the folder.
    private static func mounted(_ preparation: String) -> @Sendable (MonitorFolder) -> Script {
        let inside = "set -e; \(preparation); shift; exec \"$@\""
        return { "unshare --mount sh -c \(inside) sh \($0.path)" }
    }

    private static let fill = "head -c 65536 /dev/zero >\"$place/fill\" 2>/dev/null || true"
    private static func readOnly(_ place: String) -> String {
        "mkdir -p \"\(place)\"; mount --bind \"\(place)\" \"\(place)\"; mount -o remount,ro,bind \"\(place)\""
    }

    static let all: [MonitorFault] = places + tools + answers + files

    static let places = [
        MonitorFault(
            "the state's disk is full", "cannot write ",
            wrapper: mounted("place=$1/state; mount -t tmpfs -o size=16k tmpfs $place; \(fill)")),
        MonitorFault(
            "the state's disk has no inodes", "cannot write ",
            wrapper: mounted("place=$1/state; mount -t tmpfs -o nr_inodes=1 tmpfs $place")),
        MonitorFault("the state is read-only", "cannot write ", wrapper: mounted(readOnly("$1/state"))),
        MonitorFault("/run is read-only", "cannot write ", wrapper: mounted(readOnly("$1/run"))),
        MonitorFault(
            "/run is full", "cannot write ",
            wrapper: mounted("place=$1/run; mount -t tmpfs -o size=8k tmpfs $place; \(fill)")),
        MonitorFault(
            "the state and /run are read-only", "cannot write ",
            wrapper: mounted(readOnly("$1/state") + "; " + readOnly("$1/run"))),
        MonitorFault(
            "nothing can be written", "cannot write ",
            wrapper: mounted(
                ["$1/state", "$1/run", "/dev/shm", "/tmp"].map(readOnly).joined(separator: "; ")
                    + "; mount --bind $1/sent $1/sent; mount -o remount,rw,bind $1/sent")),
        MonitorFault("the state is a file", "cannot write ") {
            try $0.remove("state")
            try $0.put("state", "")
        },
        MonitorFault("the conditions are a file", "cannot write ") {
            try $0.remove("state/conditions")
            try $0.put("state/conditions", "")
        },
    ]

    /// One missing program that a check or a write needs. Without curl, no alert can be sent.
    static let tools =
        [
            "awk", "date", "df", "find", "flock", "mktemp", "mv", "openssl", "postqueue", "primary-state", "systemctl",
            "timeout",
        ]
        .map { name in
            MonitorFault("\(name) is missing", name == "date" ? "clock" : "cannot ") {
                try $0.program(name, "exit 127")
            }
        }
        + [MonitorFault("curl is missing", nil) { try $0.program("curl", "exit 127") }]

    static let answers = [
        MonitorFault("main.cf is damaged", "main.cf, line 3: missing '=' after attribute name") {
            try $0.program(
                "postqueue", "echo \"postqueue: fatal: main.cf, line 3: missing '=' after attribute name\" >&2; exit 1")
        },
        MonitorFault("the queue's list is incomplete", "cannot read the queue") {
            try $0.program("postqueue", "echo '{'; exit 75")
        },
        MonitorFault("a queue folder is missing", " is missing") { try $0.remove("spool/active") },
        MonitorFault("the queue cannot be read", "cannot read ") { try $0.program("find", "printf ...; exit 1") },
        MonitorFault("df prints nothing", "cannot read the free disk space") { try $0.program("df", "exit 0") },
        MonitorFault("df prints another table", "cannot read the free disk space") {
            try $0.program("df", "echo a b c d e f")
        },
        MonitorFault("primary-state says why it cannot see", "this host has no fully qualified name") {
            try $0.program("primary-state", "echo 'failed=this host has no fully qualified name'; exit 1")
        },
        MonitorFault("primary-state prints an unknown state", "cannot check the primary") {
            try $0.put("primary", "state=what\nevidence=x\ndialogue=yes\n")
        },
        MonitorFault("primary-state ends without an answer", "cannot check the primary") { try $0.put("primary", "") },
        MonitorFault("systemd does not answer", "cannot query systemd") { try $0.put("postfix", "1") },
        MonitorFault("openssl is killed", "cannot run openssl") { try $0.program("openssl", "kill -9 $$") },
        MonitorFault("the certificate has other dates", "cannot read the dates") {
            try $0.put("certificate", "notBefore=x\nnotAfter=never\n")
        },
        MonitorFault("the clock shows nothing", "clock") { try $0.program("date", "exit 0") },
        MonitorFault("the clock was set back", "the clock was set back by 24 hours") {
            try $0.setClock(minutes: -24 * 60)
        },
        MonitorFault("the clock was set forward", "the clock was set forward by 3 hours") {
            try $0.setClock(minutes: 180)
        },
        MonitorFault("the clock was set, and the uptime is unknown", "the clock was set back by ") {
            try $0.remove("uptime")
            try $0.setClock(minutes: -10)
        },
        MonitorFault("a message is from the future", "the clock was set back") { try $0.queue(1, minutesOld: -60) },
        MonitorFault("the list of recipients is from the future", "the clock was set back") {
            try $0.put("recipients/settings", "stale=86400\n")
            try $0.put("lists/pulled", "time=1900000000\n")
        },
    ]

    static let files = [
        MonitorFault("the settings are missing", "cannot read ") { try $0.remove("monitor.conf") },
        MonitorFault("the settings lack a number", "monitor.conf is not a number") {
            try $0.put("monitor.conf", try $0.settings().replacing(/\nfree=.*/, with: ""))
        },
        MonitorFault("a setting is not a number", "monitor.conf is not a number") {
            try $0.put("monitor.conf", try $0.settings().replacing(/\npatience=.*/, with: "\npatience=08"))
        },
        MonitorFault("the settings lack the primary", "monitor.conf has no primary") {
            try $0.put("monitor.conf", try $0.settings().replacing(/\nprimary=.*/, with: ""))
        },
        MonitorFault("a channel is of an unknown kind", "unknown channel kind pager") { try $0.channel("pager") },
        MonitorFault("the settings of the list are damaged", "recipients/settings") {
            try $0.put("recipients/settings", "sta")
        },
    ]
}
