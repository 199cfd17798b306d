import ArgumentParser
import Foundation
import Provisioning

struct DrillCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "drill",
        abstract:
            "Rehearse the failover: hold numbered messages back, let them go, and account for each at the primary.",
        discussion: """
            Only the drill's own messages are held, at an address that gets no other mail; where the primary is to be \
            really away, --stop-primary and --start-primary are commands for this machine's shell. The hold is undone \
            however the drill ends; if it was killed, by the next `up`, `rebuild`, `teardown` or `drill`, or by --release. \
            Exit status 0 where each message has arrived once, as it was sent, 1 where one has not.
            """
    )

    @OptionGroup var options: SharedOptions
    @Option(help: "How many messages; as the inventory says, or 20, unless given.") var messages: Int?
    @Option(help: "Seconds for which they are held when all are in the queue.") var hold = 5
    @Option(help: "Seconds within which they are to arrive when they are let go.") var patience = 120
    @Option(name: .customLong("from"), help: "The site from whose node, or else guest, they are sent.")
    var vantage: String?
    @Option(help: "A command that takes the primary away; nothing is held then.") var stopPrimary: String?
    @Option(
        help: "The command that brings it back, kept in the site's state until it was run: no secret may stand in it.")
    var startPrimary: String?
    @Option(help: "Where the report goes, an HTML page; the site's state folder unless given.") var report: String?
    @Flag(help: "Only undo the hold of a drill that was killed, and start the primary that it has stopped.")
    var release = false
    @Argument(help: "The site, by its name in the inventory.") var site: String

    func validate() throws {
        if let messages, !DrillSettings.range.contains(messages) {
            throw ValidationError(
                "--messages takes \(DrillSettings.range.lowerBound) to \(DrillSettings.range.upperBound)")
        }
        guard (0...3600).contains(hold) else { throw ValidationError("--hold takes 0 to 3600 seconds") }
        guard (1...86400).contains(patience) else { throw ValidationError("--patience takes 1 to 86400 seconds") }
        if !release, (stopPrimary == nil) != (startPrimary == nil) {
            throw ValidationError("--stop-primary and --start-primary go together: what is stopped is started again")
        }
        if release, messages != nil || stopPrimary != nil || report != nil || vantage != nil {
            throw ValidationError("--release sends nothing; only --start-primary goes with it")
        }
    }

    func run() async throws {
        var vantages: [Provisioner] = []
        if let vantage { try await Sites([vantage], options).each { vantages.append($0) } }
        try await Sites([site], options).each { [vantages] site in
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
