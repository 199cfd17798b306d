import Alerts
import ArgumentParser
import BackupMX
import ConfigurationFiles
import Engine
import Resources
import Sites

struct PlanCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plan",
        abstract: "Show what `up` would change, without changing anything.",
        discussion: """
            Exit status 0 if nothing would change, 2 if something would. With `--offline`, only the inventory and the \
            playbook are checked, for all sites unless some are given: exit status 0, or 65 for mistakes.
            """
    )

    @OptionGroup var options: SharedOptions
    @Flag(help: "Use only the files, without a connection: show each site's guest and steps.")
    var offline = false
    @OptionGroup var which: SiteOptions

    func run() async throws {
        if offline { return try outline() }
        try await SelectedSites(which.choice, options).work(parallel: which.parallel) { [options] site in
            let plan = try await site.plan()
            let text = PlanText(plan, site.name, isVerbose: options.verbose)
            return SiteResult(
                words: text.summary,
                category: plan.isEmpty ? "unchanged" : "to change",
                changes: text.count,
                ending: plan.isEmpty ? nil : ChangesFound(),
                text: text.text,
                record: PlanJSON(plan, site: site.name),
                isRemarkable: !plan.isEmpty
            )
        }
    }

    private func outline() throws {
        let sites = try SelectedSites(which.choiceOrAll, options, isOffline: true)
        let outlines = zip(sites.chosen.map(\.name), try sites.outlines()).map { $0 }
        guard options.json else { return Console.print(OutlineText(outlines).text) }
        let lines = try outlines.map { try JSONLine.encode(Record("outline", of: $0, $1)) }
        Console.print(unescaped: lines.joined(separator: "\n"))
    }
}
