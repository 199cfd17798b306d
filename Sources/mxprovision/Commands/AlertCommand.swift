import Alerts
import ArgumentParser
import BackupMX
import Engine
import Sites

struct AlertCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "alert",
        abstract: "Show the problems that the monitor of each guest sees, or test the alert channels.",
        discussion: """
            The monitor runs in the guest every minute. It sends each problem to the channels of the inventory's `alert`: \
            once, again after an interval, and when it is over. A message that cannot be sent is retried every minute. \
            Exit status 0 if there is no problem, or if every channel accepted the test message; else 1.
            """
    )

    @OptionGroup var options: SharedOptions
    @Flag(help: "Send a test message to each channel from the guest, and show the results.") var test = false
    @OptionGroup var which: SiteOptions

    func run() async throws {
        try await SelectedSites(which.choiceOrAll, options).evaluate("alert", parallel: which.parallel) { [test] site in
            try await test ? site.testAlerts() : site.alerts()
        }
    }
}
