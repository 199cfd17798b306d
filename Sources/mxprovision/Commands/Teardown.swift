import ArgumentParser
import Foundation
import Provisioning

struct Teardown: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Destroy a site's container, for a rebuild or for good.",
        discussion: """
            Refuses a guest that does not carry our mark for this site. Where the inventory says who takes changes of the \
            zone, the MX is withdrawn first, and its TTL waited for. No queued message is ever lost: the queue drains, or \
            is exported, or the guest stays.
            """
    )

    @OptionGroup var options: SharedOptions
    @Flag(name: .shortAndLong, help: "Do not ask for the site's name; needed where there is no terminal.")
    var yes = false
    @Flag(help: "Do not wait until senders have forgotten the site's MX; for as long they find nobody there.")
    var now = false
    @Option(help: "Seconds for which queued mail may drain to the primary before the guest is stopped.")
    var drain = 30
    @Option(help: "A new file for the mail that did not drain; `up --import` puts it into another guest.")
    var export: String?
    @Argument(help: "The site, by its name in the inventory.") var site: String

    func validate() throws {
        guard (0...86400).contains(drain) else { throw ValidationError("--drain takes 0 to 86400 seconds") }
    }

    func run() async throws {
        if let export, FileManager.default.fileExists(atPath: export) {
            throw UsageMistake(what: "there is a file \(export) already", next: "Name another one with `--export`.")
        }
        let queue = Provisioner.QueuePolicy(drain: drain, export: export)
        try await Sites([site], options).each { site in
            try confirm()
            if !options.json { Console.print("\(site.name): teardown") }
            _ = try await interruptible { try await site.teardown(now: now, queue: queue) }
        }
    }

    private func confirm() throws {
        if yes { return }
        guard isatty(STDIN_FILENO) == 1 else {
            throw UsageMistake(
                what: "`teardown` destroys a container and there is no terminal to ask at; nothing was done",
                next: "If you mean it: `mxprovision teardown \(site) --yes`."
            )
        }
        Console.talk("This destroys the container of \(site). Type the site's name to go on:")
        guard readLine() == site else {
            throw UsageMistake(
                what: "that is not the site's name; nothing was done", next: "Run it again, or leave it.")
        }
    }
}
