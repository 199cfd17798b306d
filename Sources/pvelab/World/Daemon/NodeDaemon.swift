import Foundation

/// The long-lived process of the lab: the node's API, its firewall, what its `pct` and `pvesh` ask, and the tunnel's faults.
struct NodeDaemon: Sendable {
    let world: World
    let server: APIServer
    private let tunnel: TunnelFaults

    /// Throws ``LabError/notUp`` where the lab's folder holds no secrets.
    init(world: World, release: APIServer.Release) throws {
        guard let secrets = try? Secrets.read(world.folder) else { throw LabError.notUp }
        let certificates = Certificates(folder: world.folder)
        self.world = world
        tunnel = TunnelFaults(tunnel: world.tunnel)
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
        async let firewall: Void = FirewallDaemon(node: server.node).run()
        try await server.run()
        try await firewall
    }

    private func answer(_ words: [String]) async -> ControlAnswer {
        switch words.first {
        case "ping": ControlAnswer()
        case "pct": await server.node.pct(Array(words.dropFirst()))
        case "pvesh": await server.node.pvesh(Array(words.dropFirst()))
        case "vpn": await tunnel.answer(Array(words.dropFirst()))
        case "fault": await server.node.orderFault(Array(words.dropFirst()))
        default: ControlAnswer(status: 64, error: "pvelab: there is no `\(words.joined(separator: " "))`\n")
        }
    }
}
