import ArgumentParser

/// `pvelab node pveum …`: the implementation of the node's scripts of that name.
struct NodeTool: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "node",
        abstract: "The node's `pveum`, `pvesm`, `pvenode`, `pvecm` and `pveam`.",
        shouldDisplay: false
    )

    @OptionGroup var lab: LabOptions

    @Argument(parsing: .captureForPassthrough)
    var words: [String]

    func run() async throws {
        try await ControlSocket(path: lab.world.folder.controlSocket).ask(["node"] + words).finish()
    }
}
