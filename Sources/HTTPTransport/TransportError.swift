/// Why a request brought no answer.
public enum TransportError: Error, Sendable, Equatable {
    /// Nothing was delivered: no name, no route, refused, no TLS.
    case unreachable(Endpoint, reason: String)
    /// The endpoint shows another certificate than the pinned one, or one that the authority has not signed.
    case untrusted(Endpoint, pinned: String?, shown: String?)
    /// The file with the authority's certificate is not there, not ours to read, or not PEM.
    case authorityUnreadable(file: String)
    /// The connection ended, or the time was over, after the request was sent: it may have been carried out.
    case answerLost(Endpoint, reason: String)
}
