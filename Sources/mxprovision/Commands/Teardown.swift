import ArgumentParser
import Foundation
import Provisioning

struct Teardown: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "teardown",
        abstract: "Destroy a site's container, for a rebuild or for good.",
        discussion: """
            Refuses a guest that does not carry our mark for this site. Where the inventory says who takes changes of the \
            zone, the MX is withdrawn first, and its TTL waited for. No queued message is ever lost: the queue drains, or \
            is exported, or the guest stays. A guest that is stopped is started, so that its queue can be emptied. \
            Interrupted, the same command completes.
            """
    )

    @OptionGroup var options: SharedOptions
    @OptionGroup var lease: LeaseOption
    @OptionGroup var consent: Consent
    @Flag(help: "Do not wait until senders have forgotten the site's MX; for as long they find nobody there.")
    var now = false
    @Option(help: "Seconds for which queued mail may drain to the primary before the guest is stopped.")
    var drain = 30
    @Option(
        help: """
            A file for the mail that did not drain; `up --import` puts it into another guest. An existing file is \
            replaced only if an interrupted teardown of this guest has written it.
            """)
    var export: String?
    @Argument(help: "The site, by its name in the inventory.") var site: String

    func validate() throws {
        guard (0...86400).contains(drain) else { throw ValidationError("--drain takes 0 to 86400 seconds") }
    }

    func run() async throws {
        let queue = Provisioner.QueuePolicy(drain: drain, export: export)
        try await Sites([site], options, lease: lease.duration).each { site in
            try consent.require(for: "teardown", of: self.site)
            if !options.json { Console.print("\(site.name): teardown") }
            _ = try await interruptible { try await site.teardown(now: now, queue: queue) }
        }
    }
}
