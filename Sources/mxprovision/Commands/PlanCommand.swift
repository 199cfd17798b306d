import ArgumentParser
import Provisioning

struct PlanCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plan",
        abstract: "Tell what `up` would change, and change nothing.",
        discussion: """
            Exit status 0 where nothing would change, 2 where something would. With `--offline` inventory and playbook \
            are read and judged, all sites unless some are chosen, and nobody is contacted: 0, or 65 for mistakes.
            """
    )

    @OptionGroup var options: SharedOptions
    @Flag(help: "Contact nobody, and tell what the files make of the sites: the guest, and the steps.")
    var offline = false
    @OptionGroup var which: SiteOptions

    func run() async throws {
        if offline { return try outline() }
        try await Sites(which.choice, options).work(parallel: which.parallel) { site in
            let plan = try await site.plan()
            let text = PlanText(plan, site.name)
            return SiteResult(
                words: text.summary,
                category: plan.isEmpty ? "unchanged" : "to be changed",
                changes: text.count,
                ending: plan.isEmpty ? nil : ChangesFound(),
                text: text.text,
                record: PlanJSON(plan, site: site.name),
                isRemarkable: !plan.isEmpty
            )
        }
    }

    private func outline() throws {
        let sites = try Sites(which.choiceOrAll, options, isOffline: true)
        let outlines = zip(sites.chosen.map(\.name), try sites.outlines()).map { $0 }
        Console.print(
            try options.json
                ? outlines.map { try JSONLine.encode(Record("outline", of: $0, $1)) }.joined(separator: "\n")
                : OutlineText(outlines).text.printable)
    }
}
