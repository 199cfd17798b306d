/// The daemon as `up` sees it: a process in its own session at the secondary site.
struct DaemonProcess: Sendable {
    let world: World

    private var socket: ControlSocket { ControlSocket(path: world.folder.controlSocket) }

    /// Starts the daemon. Returns when it answers with the certificate that the operator trusts.
    func start(executable: String, release: APIServer.Release) async throws {
        let log = world.folder.log("api")
        try await Tool(
            executable, "serve", "--dir", world.folder.path, "--cache", world.images.cache, "--release",
            release.rawValue
        ).inside(.secondary).detach(log: log)
        try await Deadline(seconds: 10).wait(for: "the node's API", log: log, until: isAnswering)
        try await Deadline(seconds: 10).wait(
            for: "the gateway's API", log: log, until: GatewayDevice(folder: world.folder).isAnswering)
    }

    func isAnswering() async -> Bool {
        guard await socket.isAnswering else { return false }
        return await Tool(
            "openssl", "s_client", "-connect", "\(Topology.nodeAddress):\(Topology.apiPort)", "-verify_return_error",
            "-CAfile", Certificates(folder: world.folder).authority
        ).inside(.internet).succeeds()
    }
}
