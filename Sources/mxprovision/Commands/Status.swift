import Alerts
import ArgumentParser
import BackupMX
import Engine
import Resources
import Sites

struct Status: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract:
            "Show the state of each site: guest, queue, certificate, recipients, primary, firewalls, router, DNS, last run.",
        discussion: """
            Without a site, shows all sites of the inventory. Changes nothing. \
            Exit status 0 if no site has a problem, else 1.
            """
    )

    @OptionGroup var options: SharedOptions
    @OptionGroup var which: SiteOptions

    func run() async throws {
        try await SelectedSites(which.choiceOrAll, options).work(parallel: which.parallel) { site in
            let status = try await site.status()
            let text = StatusText(status)
            return SiteResult(
                words: text.summary,
                category: status.problems.isEmpty ? "healthy" : "with a problem",
                ending: status.problems.isEmpty ? nil : ChecksFailed(),
                text: text.text,
                record: Record("status", of: site.name, status)
            )
        }
    }
}
