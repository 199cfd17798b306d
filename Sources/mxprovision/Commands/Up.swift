import ArgumentParser
import Foundation
import Provisioning

struct Up: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "up",
        abstract: "Bring sites to what the inventory and the playbook say.",
        discussion: "Clones and starts the container where there is none, repairs what has drifted where there is one."
    )

    @OptionGroup var options: SharedOptions
    @OptionGroup var lease: LeaseOption
    @Flag(help: "Take a list of recipients that has lost more than a fifth of its entries.")
    var acceptShrink = false
    @Option(
        name: .customLong("import"), help: "A queue that `teardown --export` has kept, for the one site that is given.")
    var archive: String?
    @Flag(help: "Give up the import of the queue that waits to be put into the guest's; its file is kept.")
    var discardImport = false
    @OptionGroup var which: SiteOptions

    func run() async throws {
        let sites = try Sites(which.choice, options, acceptsShrink: acceptShrink, lease: lease.duration)
        if archive != nil, sites.chosen.count > 1 {
            throw UsageMistake(
                what: "`--import` goes into one site's queue, and \(sites.chosen.count) sites were given",
                next: "Name the one.")
        }
        // The state remembers it, wherever the next run is started.
        let archive = archive.map { URL(filePath: $0).standardizedFileURL.path(percentEncoded: false) }
        if sites.chosen.count == 1, !options.json { Console.print("\(sites.chosen[0].name): up") }
        try await sites.work(parallel: which.parallel) { site in
            let summary = try await site.up(importing: archive, discardsImport: discardImport)
            return SiteResult(
                words: ConsoleLine.counts(of: summary),
                category: summary.postponed > 0 ? "to be run again" : summary.changed > 0 ? "changed" : "unchanged",
                changes: summary.changed,
                ending: summary.postponed > 0 ? StepsPostponed() : nil,
                isRemarkable: summary.changed + summary.postponed > 0
            )
        }
    }
}
