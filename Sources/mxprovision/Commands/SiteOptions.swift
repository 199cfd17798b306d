public import ArgumentParser
public import Provisioning

/// Which sites a command is for, and how many of them at once.
struct SiteOptions: ParsableArguments {
    @Argument(help: "The sites, by their names in the inventory; not needed where it has only one.")
    var names: [String] = []

    @Flag(help: "All sites of the inventory.") var all = false

    @Option(
        help: ArgumentHelp(
            "Only sites that have this label, `NAME` or `NAME=VALUE`; given more than once, all of them.",
            valueName: "label"))
    var label: [Label] = []

    @Option(help: "How many sites are worked on at once.") var parallel = 8

    func validate() throws {
        if parallel < 1 { throw ValidationError("--parallel is at least 1") }
    }

    var choice: SiteChoice { SiteChoice(names: names, all: all, labels: label) }

    /// For what changes nothing: all sites where nothing says which.
    var choiceOrAll: SiteChoice {
        SiteChoice(names: names, all: all || names.isEmpty, labels: label)
    }
}

extension Label: ExpressibleByArgument {
    public init?(argument: String) { self.init(argument) }
}
