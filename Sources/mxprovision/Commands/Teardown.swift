import Alerts
import ArgumentParser
import BackupMX
import ConfigurationFiles
import Engine
import Foundation
import Resources
import Sites

struct Teardown: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "teardown",
        abstract: "Destroy a site's container, without losing mail.",
        discussion: """
            Refuses a guest without our ownership marker for this site. If the inventory has `dns.update`, removes the MX \
            first and waits for its TTL. No queued message is lost: the queue drains, or is exported, or the guest stays. \
            A stopped guest is started, so that its queue can be emptied. \
            After an interruption, the same command completes the teardown.
            """
    )

    @OptionGroup var options: SharedOptions
    @OptionGroup var lease: LeaseOption
    @OptionGroup var consent: Consent
    @Flag(
        help:
            "Do not wait for the TTL of the site's MX; senders whose DNS caches still have it fail to connect until then, and retry."
    )
    var now = false
    @Option(help: "Seconds to wait for queued mail to drain to the primary before the guest is stopped.")
    var drain = 30
    @Option(
        help: """
            Path of an archive for mail that did not drain; `up --import` puts it into another guest. An existing file is \
            replaced only if an interrupted teardown of this guest wrote it.
            """)
    var export: String?
    @Argument(help: "Name of the site in the inventory.") var site: String

    func validate() throws {
        try (0...86400).check(drain, of: "--drain")
    }

    func run() async throws {
        let queue = ReleasePolicy(drain: drain, export: export)
        let mailOptions = export == nil ? [] : ["--export"]
        try await SelectedSites([site], options, mailOptions: mailOptions, lease: lease.duration).each { site in
            try consent.require(for: "teardown", of: self.site)
            if !options.json { Console.print("\(site.name): teardown") }
            _ = try await interruptible { try await site.teardown(now: now, queue) }
        }
    }
}
