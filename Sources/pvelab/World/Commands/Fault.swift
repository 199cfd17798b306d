import ArgumentParser
import Foundation

/// `pvelab fault …`: orders something to go wrong.
struct Fault: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Order a fault: `vpn down` cuts the tunnel between the sites, `vpn up` mends it.",
        discussion: "Words other than these go to the node's daemon, which refuses those it does not know."
    )

    @OptionGroup var lab: LabOptions

    @Argument(help: "The fault's words.")
    var words: [String]

    func run() async throws {
        let world = try await lab.requireUp()
        switch words {
        case ["vpn", "down"]: try await world.tunnel.lower()
        case ["vpn", "up"]: try await world.tunnel.raise()
        default: try await ControlSocket(path: world.folder.controlSocket).ask(["fault"] + words).finish()
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
