import ConfigurationFiles
import Diagnostics
package import RemoteShell

/// A service and its timer (systemd.timer(5)), which run a program every few minutes, never twice at the same time.
package struct TimerUnits: Sendable, Equatable {
    /// The name of both units, without `.service` and `.timer`.
    package let name: String
    package let description: String
    /// The program and its arguments.
    package let run: [String]
    /// Minutes from the end of one run to the next, and from boot to the first run.
    package let minutes: Int

    package init(name: String, description: String, run: [String], minutes: Int) {
        self.name = name
        self.description = description
        self.run = run
        self.minutes = minutes
    }

    package var timer: String { name + ".timer" }
    private func path(_ unit: String) -> String { "/etc/systemd/system/" + unit }
    var timerPath: String { path(timer) }

    package var objects: [ManagedObject] { files.map { .file($0.path) } + [.unit(timer)] }

    package var files: [KeptFile] {
        [
            KeptFile(path: path(name + ".service"), content: service, mode: "0644"),
            KeptFile(path: timerPath, content: schedule, mode: "0644"),
        ]
    }

    /// The content of the service file. `LogLevelMax` suppresses the three lines that systemd would log at each run;
    /// the output of the program is logged at a higher level.
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

    /// Returns a word that systemd passes on unchanged. It would interpret `%` and `$` (systemd.service(5), COMMAND
    /// LINES).
    private static func quoted(_ word: String) -> String {
        let escaped = [("\\", "\\\\"), ("\"", "\\\""), ("%", "%%"), ("$", "$$")]
            .reduce(word) { $0.replacing($1.0, with: $1.1) }
        return plain.fits(word) ? word : "\"\(escaped)\""
    }

    /// Prints one line. The unquoted substitution joins the lines of systemctl(1) without another process.
    package var probe: Script { "echo $(systemctl show -p UnitFileState,ActiveState \(timer))" }

    /// Returns whether the timer is enabled and active, or nil if the line has another form.
    package static func isActive(in line: String) -> Bool? {
        let words = line.split(separator: " ")
        guard words.count == 2, words.contains(where: { $0.hasPrefix("ActiveState=") }),
            words.contains(where: { $0.hasPrefix("UnitFileState=") })
        else { return nil }
        return Set(words) == ["ActiveState=active", "UnitFileState=enabled"]
    }

    package func changes(isActive: Bool) -> [Change] {
        isActive ? [] : [Change(timer, from: "off", to: "every \(minutes) min")]
    }

    /// Enables the timer and restarts it, so that it uses a new schedule.
    ///
    /// Needs the functions of ``Script/replacement``, because something may be in the way of the link that enables the
    /// unit.
    package var start: Script {
        """
        make_room \(path("timers.target.wants/" + timer))
        systemctl daemon-reload
        systemctl reset-failed \(timer) 2>/dev/null || true
        systemctl enable --quiet \(timer)
        systemctl restart \(timer)
        """
    }
}
