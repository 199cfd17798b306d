import Alerts
import ArgumentParser
import BackupMX
import Engine
import Sites

struct DoctorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Check everything that `up` needs, without changing anything.",
        discussion: """
            Checks the files, the API and its certificate, each required privilege, the template, storage, bridge, \
            address and id, ssh, the route to the primary, and outgoing port 25. \
            Without a site, checks all sites of the inventory. Exit status 0 if every check passed, else 1.
            """
    )

    @OptionGroup var options: SharedOptions
    @OptionGroup var which: SiteOptions

    func run() async throws {
        try await SelectedSites(which.choiceOrAll, options).evaluate("doctor", parallel: which.parallel) {
            try await $0.doctor()
        }
    }
}
