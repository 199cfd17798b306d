import Alerts
import ArgumentParser
import BackupMX
import ConfigurationFiles
import Engine
import Foundation
import Sites

struct DrillCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "drill",
        abstract:
            "Rehearse the failover: queue numbered messages, deliver them, and check that each arrives at the primary.",
        discussion: """
            Only the drill's own messages are held, at an address that gets no other mail. To really stop the primary, give \
            --stop-primary and --start-primary, commands for this machine's shell. The hold is removed however the drill \
            ends; after a kill, by the next `up`, `rebuild`, `teardown` or `drill`, or by --release. \
            Exit status 0 if each message arrived once and unchanged, else 1.
            """
    )

    @OptionGroup var options: SharedOptions
    @Option(help: "Number of messages (default: the inventory's, or 20).") var messages: Int?
    @Option(help: "Seconds to hold the messages after all are queued.") var hold = 5
    @Option(help: "Seconds to wait for their arrival after the release.") var patience = 120
    @Option(
        name: .customLong("from"), help: "Send from the node of this site, or from its guest if the node has no ssh.")
    var vantage: String?
    @Option(help: "Command that stops the primary; then no message is held.") var stopPrimary: String?
    @Option(
        help:
            "Command that starts the primary. It is stored in the site's state until it has run, so it must contain no secret."
    )
    var startPrimary: String?
    @Option(help: "Path of the HTML report (default: in the site's state folder).") var report: String?
    @Flag(help: "Only remove the hold of a killed drill, and start the primary that it stopped.")
    var release = false
    @Argument(help: "Name of the site in the inventory.") var site: String

    func validate() throws {
        if let messages { try DrillSettings.range.check(messages, of: "--messages", unit: "messages") }
        try (0...3600).check(hold, of: "--hold")
        try (1...86400).check(patience, of: "--patience")
        if !release, (stopPrimary == nil) != (startPrimary == nil) {
            throw ValidationError("--stop-primary requires --start-primary, and the reverse")
        }
        if release, messages != nil || stopPrimary != nil || report != nil || vantage != nil {
            throw ValidationError("--release sends nothing; it can be combined only with --start-primary")
        }
    }

    func run() async throws {
        var vantages: [Provisioner] = []
        if let vantage { try await SelectedSites([vantage], options).each { vantages.append($0) } }
        try await SelectedSites([site], options).each { [vantages] site in
            if !options.json { Console.print("\(site.name): drill") }
            _ = try await interruptible { [self] in
                if release { return try await site.releaseDrill(startingBy: startPrimary) }
                return try await site.drill(order, from: vantages.first)
            }
        }
    }

    private var order: DrillOrder {
        var failover: DrillOrder.Failover?
        if let stopPrimary, let startPrimary { failover = .init(stop: stopPrimary, start: startPrimary) }
        return DrillOrder(messages: messages, hold: hold, patience: patience, failover: failover, page: report)
    }
}
