import Alerts
import ConfigurationFiles
import Sites

extension BackupMXRole {
    /// Returns the variables about alerts that a playbook gets.
    func alertVariables(for site: Site) -> [String: Variable] {
        let channels = channels(of: site)
        return [
            "alert.channels": .value(TypedValue(channels, phrase: "alert channels")),
            "alert.curl": .flag(channels.needsCurl),
            "monitor.messages": .text(String(monitor.messages)),
            "monitor.minutes": .text(String(monitor.minutes)),
            "monitor.free": .text(String(monitor.free)),
            "monitor.days": .text(String(monitor.days)),
            "monitor.patience": .text(String(monitor.patience)),
            "monitor.repeat": .text(String(monitor.repeat)),
        ]
    }
}

extension Parameters {
    /// Reports a dead-man's switch that several guests share: while one of them runs, the failure of another stays
    /// unnoticed.
    mutating func noteSharedSwitches(
        among channels: [AlertChannel], _ siteChannels: [String: [AlertChannel]], sites: [Site]
    ) {
        if sites.count > 1, channels.contains(where: { $0.kind == .healthchecks }) {
            wrong(
                "alert",
                "`healthchecks` is shared by \(sites.count) sites, so the failure of one would stay unnoticed; set one for each site, in its `alert`"
            )
        }
        var taken: [AlertChannel: Site] = [:]
        for site in sites {
            for channel in siteChannels[site.name, default: []] where channel.kind == .healthchecks {
                if let other = taken[channel] {
                    note(
                        site.line,
                        "site `\(site.name)` shares `healthchecks` with site `\(other.name)` at line \(other.line), so the failure of one would stay unnoticed; set another one"
                    )
                }
                taken[channel] = taken[channel] ?? site
            }
        }
    }
}
