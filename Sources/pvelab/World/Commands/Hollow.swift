import ArgumentParser
import Foundation

/// `pvelab hollow`: serves the node's API without containers. It needs no root privileges, no network, and no image.
struct Hollow: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Serve a node's API without containers, to measure its clients.",
        shouldDisplay: false
    )

    @Option(help: "Address to listen on.") var host = "127.0.0.1"
    @Option var port: Int
    @Option(help: "Path of the node's certificate, in PEM.") var certificate: String
    @Option(help: "Path of its key, in PEM.") var key: String
    @Option(help: "Path of the file with the token's secret.") var token: String
    @Option var release = APIServer.Release.v9_2

    func run() async throws {
        let secret = try String(contentsOfFile: token, encoding: .utf8).trimmingCharacters(in: .whitespacesAndNewlines)
        let server = APIServer(
            settings: APIServer.Settings(
                node: Topology.nodeName, host: host, port: port, certificate: certificate, privateKey: key,
                release: release),
            runtime: HollowRuntime(),
            seed: .lab(tokenSecret: secret, rootPassword: UUID().uuidString)
        )
        // The parent process waits for this line.
        try await server.run { FileHandle.standardOutput.write(Data("\($0)\n".utf8)) }
    }
}
