import Foundation

/// The long-lived process of the lab: the node's API, and what the node's `pct` asks of it.
struct NodeDaemon: Sendable {
    let world: World
    let server: APIServer

    /// Throws ``LabError/notUp`` where the lab's folder holds no secrets.
    init(world: World, release: APIServer.Release) throws {
        guard let secrets = try? Secrets.read(world.folder) else { throw LabError.notUp }
        let certificates = Certificates(folder: world.folder)
        self.world = world
        server = APIServer(
            settings: APIServer.Settings(
                node: Topology.nodeName,
                host: Topology.nodeAddress,
                port: Topology.apiPort,
                certificate: certificates.certificate,
                privateKey: certificates.key,
                release: release
            ),
            runtime: world.runtime,
            seed: .lab(tokenSecret: secrets.token, rootPassword: secrets.rootPassword)
        )
    }

    /// Serves until the process ends.
    func run() async throws {
        try ControlSocket(path: world.folder.controlSocket).serve { words in await answer(words) }
        try await server.run()
    }

    private func answer(_ words: [String]) async -> ControlAnswer {
        switch words.first {
        case "ping": ControlAnswer()
        case "pct": await server.node.pct(Array(words.dropFirst()))
        case "fault": await server.node.orderFault(Array(words.dropFirst()))
        default: ControlAnswer(status: 64, error: "pvelab: there is no `\(words.joined(separator: " "))`\n")
        }
    }
}
