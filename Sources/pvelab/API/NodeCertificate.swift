import Crypto
import Foundation
import NIOSSL

/// The certificate that the node's API shows, as it speaks of it itself.
struct NodeCertificate: Sendable {
    var pem: String
    /// SHA-256 over the DER form: upper-case pairs with colons; empty where there is no certificate.
    var fingerprint = ""
    /// Seconds since 1970.
    var begin = 0
    var end = 0

    init(file: String) {
        pem = (try? String(contentsOfFile: file, encoding: .utf8)) ?? ""
        guard let certificate = try? NIOSSLCertificate.fromPEMBytes(Array(pem.utf8)).first,
            let bytes = try? certificate.toDERBytes()
        else { return }
        fingerprint = SHA256.hash(data: bytes).map { String(format: "%02X", $0) }.joined(separator: ":")
        begin = Int(certificate.notValidBefore)
        end = Int(certificate.notValidAfter)
    }

    /// An entry of `GET /nodes/{node}/certificates/info`.
    var json: JSON {
        [
            "filename": "pve-ssl.pem", "fingerprint": .text(fingerprint), "pem": .text(pem), "notbefore": .int(begin),
            "notafter": .int(end),
        ]
    }
}
