import ArgumentParser
import Foundation

/// `pvelab fault …`: orders something to go wrong.
struct Fault: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Order a fault, of the VPN or of the Proxmox API.",
        discussion: """
            `pvelab fault vpn down` and `pvelab fault vpn up` are the tunnel between the sites. \
            Everything else is the API's: `pvelab fault help` lists it.
            """
    )

    @OptionGroup var lab: LabOptions

    @Argument(parsing: .captureForPassthrough, help: "The fault's words.")
    var words: [String]

    func run() async throws {
        let world = try await lab.requireUp()
        switch words {
        case ["vpn", "down"]: try await world.tunnel.lower()
        case ["vpn", "up"]: try await world.tunnel.raise()
        default: try ControlSocket(path: world.folder.controlSocket).ask(["fault"] + words).finish()
        }
    }
}

extension ControlAnswer {
    /// Says what the daemon said and ends with its status.
    func finish() throws {
        FileHandle.standardOutput.write(Data(output.utf8))
        FileHandle.standardError.write(Data(error.utf8))
        if status != 0 { throw ExitCode(status) }
    }
}
