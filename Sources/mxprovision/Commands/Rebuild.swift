import Alerts
import ArgumentParser
import BackupMX
import ConfigurationFiles
import Engine
import Foundation
import Sites

struct Rebuild: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rebuild",
        abstract: "Destroy and create a site's container, and keep its queued mail.",
        discussion: """
            Mail that does not drain to the primary is kept in a file (--queue-dir) and put into the new container's queue. \
            The MX stays published: for about a minute, connections fail and senders retry. \
            After an interruption, the same command or `up` completes the rebuild.
            """
    )

    @OptionGroup var options: SharedOptions
    @OptionGroup var lease: LeaseOption
    @OptionGroup var consent: Consent
    @Option(help: "Seconds to wait for queued mail to drain to the primary before the guest is stopped.")
    var drain = 30
    @Argument(help: "Name of the site in the inventory.") var site: String

    func validate() throws {
        try (0...86400).check(drain, of: "--drain")
    }

    func run() async throws {
        var deferred = 0
        try await SelectedSites([site], options, lease: lease.duration).each { site in
            try consent.require(for: "rebuild", of: self.site)
            if !options.json { Console.print("\(site.name): rebuild") }
            deferred += try await interruptible { try await site.rebuild(drain: drain) }.deferred
        }
        if deferred > 0 { throw StepsPostponed() }
    }
}
