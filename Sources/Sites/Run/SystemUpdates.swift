import ConfigurationFiles
import Engine
import Foundation
package import RemoteShell
import Resources

/// The state of a guest's own security updates. unattended-upgrades(8) installs them each night.
public struct SystemUpdates: Codable, Sendable, Equatable {
    /// Packages with a security update that is not installed yet.
    public var pending: [String] = []
    /// Units whose processes still use files that an update has replaced (needrestart(1)).
    public var restarts: [String] = []
    /// Whether the lists of packages are from the last three days.
    public var isCurrent = true
}

extension SystemUpdates {
    /// Prints `none` if the guest does not update itself. Else prints `stale` if its package lists are old, `update
    /// PACKAGE` and `restart UNIT`.
    ///
    /// `apt-daily.service` touches `update-stamp` after each successful update of the lists (`apt.systemd.daily`). A
    /// guest that was created in the last three days may not have one yet.
    static let question: Script = """
        conf=/etc/apt/apt.conf.d/52mxprovision
        command -v unattended-upgrade >/dev/null && [ -f "$conf" ] || { echo none; exit 0; }
        [ -n "$(find "$conf" /var/lib/apt/periodic/update-stamp -mmin -4320 2>/dev/null)" ] || echo stale
        timeout 60 apt-get -qq --simulate -o Debug::NoLocking=true upgrade |
            sed -n 's/^Inst \\([^ ]*\\) .*Debian-Security:.*/update \\1/p'
        command -v needrestart >/dev/null || exit 0
        timeout 60 needrestart -b -l -r l 2>/dev/null | sed -n 's/^NEEDRESTART-SVC: */restart /p'
        """

    /// Reads the result of ``question``. Returns nil if the guest does not update itself.
    ///
    /// - Throws: ``UnreadableAnswer``
    package init?(_ answer: CommandResult) throws {
        let lines = answer.text.split(separator: "\n")
        if lines == ["none"] { return nil }
        let unreadable = UnreadableAnswer(expected: "the pending security updates", answer: answer)
        guard answer.exit == 0 else { throw unreadable }
        for line in lines {
            let words = line.split(separator: " ").map(String.init)
            switch (words.first, words.count) {
            case ("stale", 1): isCurrent = false
            case ("update", 2): pending.append(words[1])
            case ("restart", 2): restarts.append(words[1])
            default: throw unreadable
            }
        }
    }

    /// The state in one line: `3 security updates pending: curl, libssl3, openssl; restart required: cron.service`
    public var summary: String {
        let count = pending.count
        let names = pending.prefix(5).joined(separator: ", ") + (count > 5 ? " and \(count - 5) more" : "")
        let updates =
            count == 0
            ? "none pending" : "\(count) security update\(count == 1 ? "" : "s") pending: \(names)"
        return updates + (restarts.isEmpty ? "" : "; restart required: \(restarts.joined(separator: ", "))")
    }
}
