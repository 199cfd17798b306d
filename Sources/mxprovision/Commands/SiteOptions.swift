import Alerts
public import ArgumentParser
import BackupMX
import Engine
import Resources
public import Sites

/// The sites of a command and how many of them it works on in parallel.
struct SiteOptions: ParsableArguments {
    @Argument(help: "Names of the sites in the inventory (default: the only site).")
    var names: [String] = []

    @Flag(help: "All sites of the inventory.") var all = false

    @Option(
        help: ArgumentHelp(
            "Only sites with this label, `NAME` or `NAME=VALUE`; several options are combined with AND.",
            valueName: "label"))
    var label: [Label] = []

    @Option(help: "Number of sites to work on at the same time.") var parallel = 8

    func validate() throws {
        if parallel < 1 { throw ValidationError("invalid value `\(parallel)` for --parallel; expected at least 1") }
    }

    var choice: SiteChoice { SiteChoice(names: names, all: all, labels: label) }

    /// The chosen sites, or all sites if none is given. For commands that change nothing.
    var choiceOrAll: SiteChoice {
        SiteChoice(names: names, all: all || names.isEmpty, labels: label)
    }
}

extension Label: ExpressibleByArgument {
    public init?(argument: String) { self.init(argument) }
}
