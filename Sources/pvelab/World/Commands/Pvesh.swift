import ArgumentParser

/// `pvelab pvesh …`: the implementation of the node's `pvesh` script.
struct Pvesh: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "The node's `pvesh`.", shouldDisplay: false)

    @OptionGroup var lab: LabOptions

    @Argument(parsing: .captureForPassthrough)
    var words: [String]

    func run() async throws {
        try await ControlSocket(path: lab.world.folder.controlSocket).ask(["pvesh"] + words).finish()
    }
}
