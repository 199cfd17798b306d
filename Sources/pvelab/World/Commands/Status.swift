import ArgumentParser

/// `pvelab status`: shows whether the lab is up, and its addresses.
struct Status: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Show whether the lab is up, and its addresses.")

    @OptionGroup var lab: LabOptions

    func run() async throws {
        let world = try await lab.requireUp()
        print(try world.summary())
        let tunnel = try await ControlSocket(path: world.folder.controlSocket).ask(["vpn"])
        print("tunnel           \(tunnel.output)")
    }
}
