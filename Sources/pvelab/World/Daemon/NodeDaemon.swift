import Foundation

/// The long-lived process of the lab: the node's API, its firewall, the backend of its commands, the tunnel's faults,
/// and the gateway's API.
struct NodeDaemon: Sendable {
    let world: World
    let server: APIServer
    let gateway: UniFiServer
    private let tunnel: TunnelFaults

    private var device: GatewayDevice { GatewayDevice(folder: world.folder) }

    /// Creates the daemon from the secrets in the lab's folder.
    ///
    /// - Throws: ``LabError/notUp`` if the folder contains no secrets.
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
                release: release,
                accessLog: world.folder.log("access")
            ),
            runtime: world.runtime,
            seed: .lab(tokenSecret: secrets.token, rootPassword: secrets.rootPassword)
        )
        let device = GatewayDevice(folder: world.folder)
        gateway = UniFiServer(
            console: UniFiConsole(
                access: .init(key: secrets.routerKey, user: GatewayDevice.user, password: secrets.routerPassword),
                forwards: PortForwardObject.madeByHand,
                load: PortForwardTable().load
            ),
            host: Topology.routerAddress,
            certificate: device.certificate,
            privateKey: device.key
        )
    }

    /// Serves until the process ends.
    func run() async throws {
        try ControlSocket(path: world.folder.controlSocket).serve { words in await answer(words) }
        try await withThrowingTaskGroup { group in
            group.addTask { try await server.run() }
            group.addTask { try await gateway.run() }
            group.addTask { try await FirewallDaemon(node: server.node).run() }
            // If one of them ends, the daemon ends.
            try await group.next()
            group.cancelAll()
        }
    }

    private func answer(_ words: [String]) async -> ControlAnswer {
        switch words.first {
        case "ping": ControlAnswer()
        case "pct": await server.node.pct(Array(words.dropFirst()))
        case "fault" where words.dropFirst().first == "router":
            await device.order(Array(words.dropFirst(2)), of: gateway.console)
        case "node": await server.node.tool(Array(words.dropFirst()))
        case "pvesh": await server.node.pvesh(Array(words.dropFirst()))
        case "vpn": await tunnel.answer(Array(words.dropFirst()))
        case "fault": await server.node.orderFault(Array(words.dropFirst()))
        case "token": await server.node.addToken(Array(words.dropFirst()))
        default: ControlAnswer(status: 64, error: "pvelab: unknown command `\(words.joined(separator: " "))`\n")
        }
    }
}
