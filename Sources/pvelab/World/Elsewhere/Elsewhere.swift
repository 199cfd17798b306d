import Foundation

/// External alert receivers on the lab's internet: a web service that accepts every POST, and an SMTP relay that
/// accepts mail with a password.
struct Elsewhere: Sendable {
    static let domain = "elsewhere.example"
    static let webName = "hooks.\(domain)"
    static let webPort = 8443
    static let relayName = "smtp.\(domain)"
    static let user = "mx"
    static let mailbox = "ops"

    let folder: LabFolder

    /// The certificate of both servers. Clients trust it directly.
    var certificate: String { folder("elsewhere/server.pem") }
    var key: String { folder("elsewhere/server.key") }
    var passwordFile: String { folder("elsewhere/password") }
    /// The file with a JSON object for each received POST.
    var requests: String { folder("elsewhere/requests") }
    /// The file with the status that the web service responds with, if not 200.
    var status: String { folder("elsewhere/status") }
    var relay: Container { Container(name: "relay", site: .internet, guests: folder.guests) }

    func make() async throws {
        let script = #"""
            umask 077
            openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -noenc -days 365 -subj "/CN=$2" \
                -addext "subjectAltName=DNS:$2,DNS:$3" -keyout "$1/server.key" -out "$1/server.pem"
            chmod 644 "$1/server.pem"
            openssl rand -hex 16 > "$1/password"
            """#
        try await Tool("sh", "-euc", script, "sh", folder("elsewhere"), Self.webName, Self.relayName).run()
    }

    func start(images: ImageCache, executable: String) async throws {
        try await Tool(executable, "receive", "--dir", folder.path)
            .inside(.internet).detach(log: folder.log("elsewhere"))
        try await relay.files.make(over: images.relay)
        try LabFolder.write(
            LabFolder.read(key) + LabFolder.read(certificate), to: relay.files.root + "/etc/postfix/chain.pem")
        try LabFolder.write(LabFolder.read(passwordFile), to: relay.files.root + "/etc/postfix/password", mode: 0o600)
        try await relay.start(
            GuestConfiguration(
                hostname: Self.relayName,
                networks: [
                    [
                        "name": "eth0", "bridge": "inet", "hwaddr": "BC:24:11:00:00:30",
                        "ip": Topology.relayAddress + "/24", "gw": Topology.internetAddress,
                    ]
                ],
                nameserver: Topology.internetAddress,
                searchdomain: Self.domain
            )
        )
    }

    func isAnswering() async -> Bool {
        let web = Tool("openssl", "s_client", "-connect", "\(Topology.internetAddress):\(Self.webPort)")
        let greeting = Tool("timeout", "2", "busybox", "nc", Topology.relayAddress, "587")
        guard await web.inside(.internet).succeeds() else { return false }
        return (try? await greeting.inside(.internet).outcome().output)?.hasPrefix("220 ") ?? false
    }

    /// Returns all messages of the relay's only mailbox, oldest first.
    func messages() throws -> [String] { try relay.messages(of: Self.mailbox) }
}
