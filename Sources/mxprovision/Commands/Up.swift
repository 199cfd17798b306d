import ArgumentParser
import Provisioning

struct Up: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Bring sites to what the inventory and the playbook say.",
        discussion: "Clones and starts the container where there is none, repairs what has drifted where there is one."
    )

    @OptionGroup var options: SharedOptions
    @Flag(help: "Take a list of recipients that has lost more than a fifth of its entries.")
    var acceptShrink = false
    @Argument(help: "The sites, by their names in the inventory.") var sites: [String]

    func run() async throws {
        var postponed = 0
        try await Sites(sites, options, acceptsShrink: acceptShrink).each { site in
            if !options.json { Console.print("\(site.name): up") }
            postponed += try await interruptible { try await site.up() }.postponed
        }
        if postponed > 0 { throw StepsPostponed() }
    }
}
