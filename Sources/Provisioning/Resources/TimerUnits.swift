import RemoteShell

/// A program that systemd runs every few minutes, never twice at a time: a service and its timer (systemd.timer(5)).
struct TimerUnits: Sendable, Equatable {
    /// Of both units, without `.service` and `.timer`.
    let name: String
    let description: String
    /// A program and its arguments.
    let run: [String]
    /// Minutes from the end of one run to the next, and from boot to the first.
    let minutes: Int

    var timer: String { name + ".timer" }
    private func path(_ unit: String) -> String { "/etc/systemd/system/" + unit }
    var timerPath: String { path(timer) }

    var objects: [ManagedObject] { files.map { .file($0.path) } + [.unit(timer)] }

    var files: [KeptFile] {
        [
            KeptFile(path: path(name + ".service"), content: service, mode: "0644"),
            KeptFile(path: timerPath, content: schedule, mode: "0644"),
        ]
    }

    /// systemd itself would write three lines into the log at each run; what the program says is not for that level.
    private var service: String {
        """
        [Unit]
        Description=\(description)
        After=network-online.target
        Wants=network-online.target

        [Service]
        Type=oneshot
        ExecStart=\(run.map(Self.quoted).joined(separator: " "))
        TimeoutStartSec=5min
        SyslogLevel=notice
        LogLevelMax=notice

        """
    }

    private var schedule: String {
        """
        [Unit]
        Description=\(description)

        [Timer]
        OnActiveSec=\(minutes)min
        OnUnitInactiveSec=\(minutes)min
        AccuracySec=10s

        [Install]
        WantedBy=timers.target

        """
    }

    private static let plain = Pattern(/[A-Za-z0-9_.\/@:+=-]+/)

    /// A word that systemd passes on as it is: `%` and `$` would stand for something (systemd.service(5), COMMAND LINES).
    private static func quoted(_ word: String) -> String {
        let escaped = [("\\", "\\\\"), ("\"", "\\\""), ("%", "%%"), ("$", "$$")]
            .reduce(word) { $0.replacing($1.0, with: $1.1) }
        return plain.fits(word) ? word : "\"\(escaped)\""
    }

    /// Prints one line. Without quotes, echo(1) joins the lines of systemctl(1) without another process.
    var probe: Script { "echo $(systemctl show -p UnitFileState,ActiveState \(timer))" }

    /// Returns whether the timer is enabled and active, or nil if the line has another form.
    static func isActive(in line: String) -> Bool? {
        let words = line.split(separator: " ")
        guard words.count == 2, words.contains(where: { $0.hasPrefix("ActiveState=") }),
            words.contains(where: { $0.hasPrefix("UnitFileState=") })
        else { return nil }
        return Set(words) == ["ActiveState=active", "UnitFileState=enabled"]
    }

    func changes(isActive: Bool) -> [Change] {
        isActive ? [] : [Change(timer, from: "off", to: "every \(minutes) min")]
    }

    /// Restarts the timer, so that it uses a new schedule. Needs the functions of ``Script/replacement``: the link that
    /// enables a unit is an object too.
    var start: Script {
        """
        make_room \(path("timers.target.wants/" + timer))
        systemctl daemon-reload
        systemctl reset-failed \(timer) 2>/dev/null || true
        systemctl enable --quiet \(timer)
        systemctl restart \(timer)
        """
    }
}
