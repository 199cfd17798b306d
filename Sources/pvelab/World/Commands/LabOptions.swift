import ArgumentParser
import Foundation

extension APIServer.Release: ExpressibleByArgument {}

/// The folders of the lab, shared by all commands.
struct LabOptions: ParsableArguments {
    @Option(help: "Folder of the lab's keys, logs and guests.")
    var dir = LabFolder.standard

    @Option(help: "Folder of root file systems and packages, kept between labs.")
    var cache = ImageCache.standard

    var world: World { World(folder: LabFolder(path: dir), images: ImageCache(cache: cache)) }

    func requireUp() async throws -> World {
        try Requirements.check()
        guard await world.isUp else { throw LabError.notUp }
        return world
    }

    /// Sends a command line to the daemon of a running lab, prints its output, and ends with its status.
    func order(_ words: [String]) async throws {
        try await ControlSocket(path: try await requireUp().folder.controlSocket).ask(words).finish()
    }

    func validate() throws {
        // Mount options and LXC's configuration cannot quote these characters.
        for path in [dir, cache] where !path.hasPrefix("/") || path.contains(where: { " ,:'\"\\\n".contains($0) }) {
            throw ValidationError(
                "invalid path `\(path)`: expected an absolute path without blanks, commas, colons and quotes")
        }
    }
}
