import ArgumentParser
import Provisioning

struct History: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "history",
        abstract: "Tell a site's runs, oldest first: who, when, what changed.")

    @OptionGroup var options: SharedOptions
    @Argument(help: "The site, by its name in the inventory.") var site: String

    func run() async throws {
        try await Sites([site], options, isOffline: true).each { site in
            for entry in try site.history() {
                Console.print(
                    try options.json
                        ? JSONLine.encode(Record("run", of: site.name, entry)) : HistoryText(entry).text.printable)
            }
        }
    }
}
