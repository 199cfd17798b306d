import ArgumentParser

/// A Proxmox node, its containers and a three-site network on one Linux machine.
@main
struct PVELab: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pvelab",
        abstract: "A Proxmox node, its containers and a three-site network on one Linux machine.",
        subcommands: [Up.self, RunCommand.self, Status.self, Down.self, ImagesCommand.self]
    )
}
