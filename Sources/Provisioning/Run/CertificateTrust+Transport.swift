import HTTPTransport

extension CertificateTrust {
    /// As the transport takes it.
    var transportTrust: Trust {
        switch self {
        case .fingerprint(let fingerprint): .fingerprint(fingerprint.digest)
        case .authority(let path): .authority(file: path)
        }
    }
}
