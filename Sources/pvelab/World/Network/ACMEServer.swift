import Foundation

/// Pebble, Let's Encrypt's ACME server for tests (RFC 8555), on the lab's internet.
///
/// It uses the lab's name server, connects to the real port 80, and validates again for every certificate.
struct ACMEServer: Sendable {
    let folder: LabFolder

    var directory: String { "https://\(Topology.acmeName):\(Topology.acmePort)/dir" }
    /// The certificate of its HTTPS server, which clients trust directly.
    var certificate: String { folder("acme/server.pem") }
    /// The root of the certificates that it issues, new for each lab.
    var root: String { folder("acme/root.pem") }

    func start() async throws {
        let script = #"""
            umask 077
            openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -noenc -days 365 -subj "/CN=$2" \
                -addext "subjectAltName=DNS:$2,IP:$3" -keyout "$1/server.key" -out "$1/server.pem"
            chmod 644 "$1/server.pem"
            """#
        try await Tool("sh", "-euc", script, "sh", folder("acme"), Topology.acmeName, Topology.internetAddress).run()
        try LabFolder.write(configuration, to: folder("acme/config.json"))
        try await Tool(
            "env", "PEBBLE_VA_NOSLEEP=1", "PEBBLE_WFE_NONCEREJECT=0", "PEBBLE_AUTHZREUSE=0",
            "pebble", "-config", folder("acme/config.json"), "-dnsserver", "\(Topology.internetAddress):53"
        ).inside(.internet).detach(log: folder.log("acme"))
    }

    /// Returns whether the server is ready. Fetches its root certificate to find out.
    func isAnswering() async -> Bool {
        let script = #"""
            printf 'GET /roots/0 HTTP/1.0\r\n\r\n' |
                openssl s_client -quiet -connect "$1" -CAfile "$2" -verify_return_error 2>/dev/null |
                sed -n '/^-----BEGIN/,/^-----END/p' > "$3.new"
            [ -s "$3.new" ] && mv "$3.new" "$3"
            """#
        let address = "\(Topology.internetAddress):\(Topology.acmeManagementPort)"
        return await Tool("sh", "-euc", script, "sh", address, certificate, root).inside(.internet).succeeds()
    }

    /// Rejects connections of the secondary site's guests, or of one guest, to simulate an outage. The server keeps its
    /// state.
    func hide(from guest: String?) async throws {
        let source = guest.map { "ip saddr \($0) " } ?? ""
        let rules = """
            table ip acme
            flush table ip acme
            table ip acme {
                chain passing {
                    type filter hook forward priority filter
                    \(source)ip daddr \(Topology.internetAddress) tcp dport \(Topology.acmePort) reject with tcp reset
                }
            }
            """
        try await Tool("nft", "-f", "-").inside(.secondary).run(input: rules)
    }

    func show() async throws {
        try await Tool("nft", "-f", "-").inside(.secondary).run(input: "table ip acme\ndelete table ip acme")
    }

    private var configuration: String {
        """
        {"pebble": {
            "listenAddress": "\(Topology.internetAddress):\(Topology.acmePort)",
            "managementListenAddress": "\(Topology.internetAddress):\(Topology.acmeManagementPort)",
            "certificate": "\(certificate)",
            "privateKey": "\(folder("acme/server.key"))",
            "httpPort": 80,
            "tlsPort": 443,
            "ocspResponderURL": "",
            "externalAccountBindingRequired": false
        }}

        """
    }
}
