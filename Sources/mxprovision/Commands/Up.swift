import ArgumentParser
import Foundation
import Provisioning

struct Up: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
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
    @Argument(help: "The sites, by their names in the inventory.") var sites: [String]

    func validate() throws {
        if archive != nil, sites.count > 1 { throw ValidationError("--import goes into one site's queue") }
    }

    func run() async throws {
        var postponed = 0
        // The state remembers it, wherever the next run is started.
        let archive = archive.map { URL(filePath: $0).standardizedFileURL.path(percentEncoded: false) }
        try await Sites(sites, options, acceptsShrink: acceptShrink, lease: lease.duration).each { site in
            if !options.json { Console.print("\(site.name): up") }
            postponed += try await interruptible { try await site.up(importing: archive) }.postponed
        }
        if postponed > 0 { throw StepsPostponed() }
    }
}
