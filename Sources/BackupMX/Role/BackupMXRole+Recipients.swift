import Alerts
import ConfigurationFiles
import Engine
import Guests
import Sites

extension BackupMXRole {
    /// The settings of `list-recipients` on the primary, one `name=value` per line.
    var exportSettings: String {
        var lines = domains.map { "domain=\($0)" } + ["max_left_out=\(sources.maxLeftOut)"]
        if let tables = sources.postfixAdmin {
            lines += ["database=\(tables.database.rawValue)", "name=\(tables.name)", "prefix=\(tables.prefix)"]
            if let credentials = tables.credentials { lines.append("credentials=\(credentials)") }
        }
        lines += sources.command.map { "command=\($0)" }
        return lines.map { $0 + "\n" }.joined()
    }

    /// Returns the variables about recipients that a playbook gets.
    func recipientVariables(for site: Site) -> [String: Variable] {
        let caught = sources.catchAll.map(\.description)
        var variables: [String: Variable] = [
            "recipients": .list(recipients.map(\.description)),
            "recipients.keys": .list(recipients.map(\.description) + caught.map { "@\($0)" }),
            "recipients.catch_all": .list(caught),
            "recipients.pulled": .flag(sources.isPulled),
            "recipients.verified": .flag(sources.policy == .verify),
            "recipients.reject_code": .text(sources.policy == .reject ? "550" : "450"),
            "recipients.shrink": .text(acceptsShrink || !sources.hasFile ? "100" : "20"),
            "recipients.accept_shrink": .text(String(acceptsShrink)),
            "recipients.every": .text(String(sources.every)),
            "recipients.stale": .text(String(sources.stale)),
            "recipients.export": .text(exportSettings),
            "domains.closed": .list(closedDomains.map(\.description)),
        ]
        guard let ssh = primary.ssh else { return variables }
        variables["primary.ssh.port"] = .text(String(ssh.port))
        variables["primary.ssh.host_key"] = .text(ssh.hostKey.description)
        let own = site.guest.network.staticAddress.map { [$0] } ?? []
        variables["recipients.from"] = .list((ssh.from ?? own).map(\.description))
        return variables
    }
}
