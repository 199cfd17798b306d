import ArgumentParser
import Provisioning

struct Status: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract:
            "Tell how sites are: guest, queue, certificate, recipients, primary, firewalls, router, DNS, the last run.",
        discussion: "All sites of the inventory unless some are chosen."
    )

    @OptionGroup var options: SharedOptions
    @OptionGroup var which: SiteOptions

    func run() async throws {
        try await Sites(which.choiceOrAll, options).work(parallel: which.parallel) { site in
            let status = try await site.status()
            let text = StatusText(status)
            return SiteResult(
                words: text.summary,
                category: status.problem == nil ? "looked at" : "with a problem",
                text: text.text,
                record: Record("status", of: site.name, status)
            )
        }
    }
}
