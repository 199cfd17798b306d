import Foundation

/// The long-lived process of the lab: the node's API, and what the node's `pct` asks of it.
struct NodeDaemon: Sendable {
    let world: World
    let release: String

    private var socket: ControlSocket { ControlSocket(path: world.folder.controlSocket) }

    /// Serves until the process ends.
    func run() async throws {
        try socket.serve { words in await answer(words) }
        while true { try await Task.sleep(for: .seconds(3600)) }
    }

    /// Starts it in a session of its own, at the secondary site, and waits until it answers.
    func detach(executable: String) async throws {
        let log = world.folder.log("api")
        try await Tool(
            executable, "serve", "--dir", world.folder.path, "--cache", world.images.cache, "--release", release
        ).inside(.secondary).detach(log: log)
        try await Deadline(seconds: 10).wait(for: "the node's API", log: log) { socket.isAnswering }
    }

    private func answer(_ words: [String]) async -> ControlAnswer {
        switch words.first {
        case "ping": ControlAnswer()
        default: ControlAnswer(status: 64, error: "there is no `\(words.joined(separator: " "))`\n")
        }
    }
}
