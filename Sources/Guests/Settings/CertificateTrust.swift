package import ConfigurationFiles
import Engine

/// How the certificate of an API is verified.
public enum CertificateTrust: Sendable, Hashable {
    /// The certificate has this fingerprint. Its issuer does not matter.
    case fingerprint(Fingerprint)
    /// The certificate is signed by an authority of this PEM file, and is valid for the name or address of the request.
    case authority(path: String)
}

extension CertificateTrust {
    package init?(_ parameters: inout Parameters, of server: String) {
        switch parameters.exactlyOne(of: ["fingerprint", "ca"], for: "verify \(server)'s certificate") {
        case "fingerprint"?:
            guard let fingerprint = parameters.value("fingerprint", as: Fingerprint.self) else { return nil }
            self = .fingerprint(fingerprint)
        case _?: self = .authority(path: parameters.path("ca"))
        case nil: return nil
        }
    }
}
