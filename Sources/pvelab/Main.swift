import ArgumentParser
import Foundation

/// A Proxmox node, its containers and a three-site network on one Linux machine.
@main
struct PVELab: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pvelab",
        abstract: "A Proxmox node, its containers and a three-site network on one Linux machine.",
        subcommands: [
            Up.self, RunCommand.self, Status.self, Down.self, Primary.self, ElsewhereCommand.self, Fault.self,
            TokenCommand.self, ImagesCommand.self, Pct.self, Pvesh.self, NodeTool.self, Serve.self, Receive.self,
            Hollow.self,
        ]
    )

    static func main() async {
        do {
            var command = try parseAsRoot()
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
        } catch let error as LabError {
            FileHandle.standardError.write(Data(complaint(error).utf8))
            Foundation.exit(1)
        } catch {
            exit(withError: error)
        }
    }

    /// Returns the error message: what happened, the indented reasons, and what to do.
    private static func complaint(_ error: LabError) -> String {
        let reasons = (error.failureReason ?? "").split(separator: "\n").map { "  \($0)" }
        let advice = error.recoverySuggestion.map { ["→ \($0)"] } ?? []
        return (["pvelab: \(error.localizedDescription)"] + reasons + advice).joined(separator: "\n") + "\n"
    }
}
