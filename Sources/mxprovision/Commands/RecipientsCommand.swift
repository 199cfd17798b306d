import Alerts
import ArgumentParser
import BackupMX
import ConfigurationFiles
import Engine
import Sites

struct RecipientsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "recipients",
        abstract: "Show the recipients that a site accepts, or the script that the primary needs.",
        discussion: """
            If the inventory reads recipients on the primary, the guest fetches them itself on a timer, with a key of its \
            own. `up` authorises this key on the primary if the inventory has a login there; otherwise run \
            `mxprovision recipients secondary --script | ssh root@primary sh`.
            """
    )

    @OptionGroup var options: SharedOptions
    @Flag(
        help:
            "Print a script for root's shell on the primary that lets the guest's key fetch recipients, and nothing else."
    )
    var script = false
    @Argument(help: "Name of the site in the inventory.") var site: String

    func run() async throws {
        try await SelectedSites([site], options).each { site in
            if script {
                let script = try await interruptible { try await site.primaryScript() }
                Console.print(
                    unescaped: try options.json
                        ? JSONLine.encode(Record("script", of: site.name, ["text": script])) : script)
                return
            }
            let mail = try site.backupMX
            let snapshot = try await interruptible { try await site.recipientSnapshot() }
            let text = RecipientsText(
                listed: mail.recipients.count, caught: mail.sources.catchAll.map(\.description), snapshot: snapshot,
                leftOut: mail.sources.leftOut)
            if options.json {
                Console.print(unescaped: try JSONLine.encode(Record("recipients", of: site.name, text)))
            } else {
                Console.print(text.text)
            }
        }
    }
}
