import ArgumentParser
import Provisioning

struct RecipientsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "recipients",
        abstract: "Tell what a site's guest knows of the recipients, or what the primary is to have for it.",
        discussion: """
            Where recipients are read on the primary, the guest asks for them itself, on a timer, with a key of its own. \
            `up` installs on the primary what lets that key in, if the inventory says how to log in there; else \
            `--script` prints it: `mxprovision recipients secondary --script | ssh root@primary sh`.
            """
    )

    @OptionGroup var options: SharedOptions
    @Flag(
        help: "Print a script for root's shell on the primary that lets the guest ask for recipients, and nothing else."
    )
    var script = false
    @Argument(help: "The site, by its name in the inventory.") var site: String

    func run() async throws {
        try await Sites([site], options).each { site in
            if script {
                Console.print(try await interruptible { try await site.primaryScript() })
                return
            }
            let snapshot = try await interruptible { try await site.recipientSnapshot() }
            let text = RecipientsText(listed: site.listedRecipients, caught: site.caughtDomains, snapshot: snapshot)
            Console.print(
                try options.json
                    ? JSONLine.encode(Record("recipients", of: site.name, text)) : text.text.printable)
        }
    }
}
