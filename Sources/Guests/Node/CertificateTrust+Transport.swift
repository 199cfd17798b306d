package import HTTPTransport

extension CertificateTrust {
    /// The same trust as a value of the HTTP transport.
    package var transportTrust: Trust {
        switch self {
        case .fingerprint(let fingerprint): .fingerprint(fingerprint.digest)
        case .authority(let path): .authority(file: path)
        }
    }
}
