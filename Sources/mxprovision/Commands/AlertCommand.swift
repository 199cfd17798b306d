import ArgumentParser
import Provisioning

struct AlertCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "alert",
        abstract: "Tell what a site's guest finds amiss with itself and whether its alerts get out, or test them.",
        discussion: """
            The guest looks every minute, and tells by the channels of the inventory's `alert`: each condition once, again \
            after a time, and when it is over. What cannot be sent is tried again every minute. \
            Exit status 0 where nothing is amiss, or where `--test` reached every channel; else 1.
            """
    )

    @OptionGroup var options: SharedOptions
    @Flag(help: "Send a test by each channel, from the guest, and tell what came of it.") var test = false
    @OptionGroup var which: SiteOptions

    func run() async throws {
        try await Sites(which.choiceOrAll, options).judge("alert", parallel: which.parallel) { [test] site in
            try await test ? site.testAlerts() : site.alerts()
        }
    }
}
