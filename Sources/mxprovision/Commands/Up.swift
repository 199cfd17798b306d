import Alerts
import ArgumentParser
import BackupMX
import ConfigurationFiles
import Engine
import Foundation
import Resources
import Sites

struct Up: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "up",
        abstract: "Create or repair the containers of sites, verify and publish them.",
        discussion: "Creates the container if it is missing; otherwise repairs only what has drifted."
    )

    @OptionGroup var options: SharedOptions
    @OptionGroup var lease: LeaseOption
    @Flag(help: "Accept a recipient list that has lost more than a fifth of its entries.")
    var acceptShrink = false
    @Option(
        name: .customLong("import"), help: "Path of an archive of `teardown --export`, for exactly one site.")
    var archive: String?
    @Flag(help: "Cancel a pending import of queued mail; its file is kept.")
    var discardImport = false
    @OptionGroup var which: SiteOptions

    func run() async throws {
        let mailOptions = [
            acceptShrink ? "--accept-shrink" : nil, archive == nil ? nil : "--import",
            discardImport ? "--discard-import" : nil,
        ]
        let sites = try SelectedSites(
            which.choice, options, acceptsShrink: acceptShrink, mailOptions: mailOptions.compactMap(\.self),
            lease: lease.duration)
        if archive != nil, sites.chosen.count > 1 {
            throw UsageMistake(
                what: "`--import` needs exactly one site; \(sites.chosen.count) were given",
                next: "Add the name of the site.")
        }
        // The path is stored in the state, so it must not depend on the working directory of the next run.
        let archive = archive.map { URL(filePath: $0).standardizedFileURL.path(percentEncoded: false) }
        if sites.chosen.count == 1, !options.json { Console.print("\(sites.chosen[0].name): up") }
        try await sites.work(parallel: which.parallel) { site in
            let summary = try await site.up(importing: archive, discardsImport: discardImport)
            return SiteResult(
                words: ConsoleLine.counts(of: summary),
                category: summary.deferred > 0 ? "with deferred steps" : summary.changed > 0 ? "changed" : "unchanged",
                changes: summary.changed,
                ending: summary.deferred > 0 ? StepsPostponed() : nil,
                isRemarkable: summary.changed + summary.deferred > 0
            )
        }
    }
}
