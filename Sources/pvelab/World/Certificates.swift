import Foundation

/// The node's certificate, issued by its own authority, as every Proxmox node creates them at installation.
struct Certificates: Sendable {
    let folder: LabFolder

    var authority: String { folder("node/pve-root-ca.pem") }
    var certificate: String { folder("node/pve-ssl.pem") }
    var key: String { folder("node/pve-ssl.key") }

    func make() async throws {
        let script = #"""
            umask 077
            cd "$1"
            openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -noenc -days 3650 \
                -subj "/CN=Proxmox Virtual Environment/O=PVE Cluster Manager CA" \
                -addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign,cRLSign \
                -keyout pve-root-ca.key -out pve-root-ca.pem
            openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -noenc \
                -subj "/OU=PVE Cluster Node/O=Proxmox Virtual Environment/CN=$2.yourdomain.net" \
                -keyout pve-ssl.key -out pve-ssl.csr
            printf 'basicConstraints=CA:FALSE\nextendedKeyUsage=serverAuth\nsubjectAltName=%s\n' \
                "IP:127.0.0.1,IP:::1,DNS:localhost,IP:$3,DNS:$2,DNS:$2.yourdomain.net" > pve-ssl.ext
            openssl x509 -req -in pve-ssl.csr -CA pve-root-ca.pem -CAkey pve-root-ca.key -CAcreateserial \
                -days 730 -extfile pve-ssl.ext -out pve-ssl.pem
            chmod 644 pve-root-ca.pem pve-ssl.pem
            """#
        try await Tool("sh", "-euc", script, "sh", folder("node"), Topology.nodeName, Topology.nodeAddress).run()
    }

    /// Returns the SHA-256 fingerprint of the certificate: pairs of upper-case digits separated by colons, as in
    /// `pvenode cert info`.
    func fingerprint() async throws -> String { try await Self.fingerprint(of: certificate) }

    static func fingerprint(of file: String) async throws -> String {
        let line = try await Tool("openssl", "x509", "-noout", "-fingerprint", "-sha256", "-in", file).run()
        return line.split(separator: "=").last.map { $0.trimmingCharacters(in: .whitespacesAndNewlines) } ?? ""
    }
}
