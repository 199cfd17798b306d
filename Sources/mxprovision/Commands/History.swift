import Alerts
import ArgumentParser
import BackupMX
import Engine
import Sites

struct History: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "history",
        abstract: "Show the runs of a site, oldest first: who, when, what changed.")

    @OptionGroup var options: SharedOptions
    @Argument(help: "Name of the site in the inventory.") var site: String

    func run() async throws {
        try await SelectedSites([site], options, isOffline: true).each { site in
            for entry in try site.history() {
                if options.json {
                    Console.print(unescaped: try JSONLine.encode(Record("run", of: site.name, entry)))
                } else {
                    Console.print(HistoryText(entry, isVerbose: options.verbose).text)
                }
            }
        }
    }
}
