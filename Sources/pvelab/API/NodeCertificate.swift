import Crypto
import Foundation
import NIOSSL

/// A certificate of the node's API, as the API describes it.
struct NodeCertificate: Sendable {
    var name: String
    var pem: String
    /// SHA-256 of the DER encoding: upper-case pairs separated by colons. Empty if there is no certificate.
    var fingerprint = ""
    /// The start of the validity in seconds since 1970, as is `end`.
    var begin = 0
    var end = 0

    init(file: String, name: String = "pve-ssl.pem") {
        self.name = name
        pem = (try? String(contentsOfFile: file, encoding: .utf8)) ?? ""
        guard let certificate = try? NIOSSLCertificate.fromPEMBytes(Array(pem.utf8)).first,
            let bytes = try? certificate.toDERBytes()
        else { return }
        fingerprint = SHA256.hash(data: bytes).map { String(format: "%02X", $0) }.joined(separator: ":")
        begin = Int(certificate.notValidBefore)
        end = Int(certificate.notValidAfter)
    }

    /// Returns the certificate of the authority that signed the node's certificate, from the same folder.
    static func authority(beside file: String) -> NodeCertificate {
        let folder = (file as NSString).deletingLastPathComponent
        return NodeCertificate(file: "\(folder)/pve-root-ca.pem", name: "pve-root-ca.pem")
    }

    /// An entry of `GET /nodes/{node}/certificates/info`.
    var json: JSON {
        [
            "filename": .text(name), "fingerprint": .text(fingerprint), "pem": .text(pem), "notbefore": .int(begin),
            "notafter": .int(end),
        ]
    }
}
