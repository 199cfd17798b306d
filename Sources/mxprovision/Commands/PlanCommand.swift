import ArgumentParser
import Provisioning

struct PlanCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plan",
        abstract: "Tell what `up` would change, and change nothing.",
        discussion: "Exit status 0 where nothing would change, 2 where something would."
    )

    @OptionGroup var options: SharedOptions
    @Argument(help: "The sites, by their names in the inventory.") var sites: [String]

    func run() async throws {
        var isEmpty = true
        try await Sites(sites, options).each { site in
            let plan = try await interruptible { try await site.plan() }
            isEmpty = isEmpty && plan.isEmpty
            Console.print(
                try options.json
                    ? JSONLine.encode(PlanJSON(plan, site: site.name)) : PlanText(plan, site.name).text.printable)
        }
        if !isEmpty { throw ChangesFound() }
    }
}
