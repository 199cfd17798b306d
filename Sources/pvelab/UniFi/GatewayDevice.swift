import Foundation

/// The UniFi gateway of the secondary site: its address, its certificate, and whether it accepts connections.
struct GatewayDevice: Sendable {
    let folder: LabFolder

    static let user = "mxprovision"

    var certificate: String { folder("node/gateway.pem") }
    var key: String { folder("node/gateway.key") }

    /// Creates a self-signed certificate with an unresolvable name, as UniFi consoles do.
    func makeCertificate() async throws {
        try await Tool(
            "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-noenc", "-days",
            "3650",
            "-subj", "/C=US/O=Ubiquiti Inc./CN=unifi.local", "-addext", "subjectAltName=DNS:unifi.local,DNS:localhost",
            "-keyout", key, "-out", certificate
        ).run()
        try await Tool("chmod", "600", key).run()
    }

    func isAnswering() async -> Bool {
        await Tool("openssl", "s_client", "-connect", "\(Topology.routerAddress):443").inside(.internet).succeeds()
    }

    /// Rejects new connections to the gateway's HTTPS ports, or accepts them again.
    func answer(_ isUp: Bool) async throws {
        let rule =
            "add rule ip pvelab answering ip daddr \(Topology.routerAddress) tcp dport { 443, 8443 } reject with tcp reset\n"
        try await Tool("nft", "-f", "-").inside(.secondary).run(
            input: "flush chain ip pvelab answering\n" + (isUp ? "" : rule))
    }

    func order(_ words: [String], of console: UniFiConsole) async -> ControlAnswer {
        guard words.count == 1, let fault = UniFiFault(rawValue: words[0]) else {
            return ControlAnswer(
                status: 64, error: "pvelab: unknown fault `router \(words.joined(separator: " "))`\n")
        }
        do { try await answer(fault != .down) } catch {
            return ControlAnswer(status: 1, error: "pvelab: \(error.localizedDescription)\n")
        }
        await console.order(fault)
        return ControlAnswer()
    }
}
