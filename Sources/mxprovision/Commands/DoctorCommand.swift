import ArgumentParser
import Provisioning

struct DoctorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Look at all that `up` relies on, and tell what is missing, before anything is touched.",
        discussion: """
            The files, the API and its certificate, each privilege that a step needs, the template, storage, bridge, \
            address and id, ssh, the route to the primary, and port 25 out. Nothing is changed. \
            All sites of the inventory unless some are chosen. Exit status 0 where nothing failed, 1 where something did.
            """
    )

    @OptionGroup var options: SharedOptions
    @OptionGroup var which: SiteOptions

    func run() async throws {
        try await Sites(which.choiceOrAll, options).judge("doctor", parallel: which.parallel) { try await $0.doctor() }
    }
}
