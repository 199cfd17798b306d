/// What vouches for the certificate of an API.
public enum CertificateTrust: Sendable, Hashable {
    /// The certificate is this one, whoever signed it.
    case fingerprint(Fingerprint)
    /// The certificate is signed by an authority of this PEM file, and made out for the name or address that is called.
    case authority(path: String)
}

extension CertificateTrust {
    init?(_ parameters: inout Parameters, of server: String) {
        switch parameters.exactlyOne(of: ["fingerprint", "ca"], for: "know \(server)'s certificate by") {
        case "fingerprint"?:
            guard let fingerprint = parameters.value("fingerprint", as: Fingerprint.self) else { return nil }
            self = .fingerprint(fingerprint)
        case _?: self = .authority(path: parameters.path("ca"))
        case nil: return nil
        }
    }
}
