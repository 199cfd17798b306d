import ArgumentParser

/// `pvelab serve`: the daemon that `up` starts.
struct Serve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Run the Proxmox node's daemon; `up` starts it.",
        shouldDisplay: false
    )

    @OptionGroup var lab: LabOptions

    @Option(help: "The Proxmox VE release that the API imitates.")
    var release: APIServer.Release

    func run() async throws {
        try await NodeDaemon(world: lab.world, release: release).run()
    }
}
