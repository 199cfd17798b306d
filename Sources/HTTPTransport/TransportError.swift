/// The reason why a request got no answer.
public enum TransportError: Error, Sendable, Equatable {
    /// Nothing was sent: the name is unknown, there is no route, the connection was refused, or TLS failed.
    case unreachable(Endpoint, reason: String)
    /// The endpoint's certificate is not the pinned one, or is not signed by the authority.
    case untrusted(Endpoint, pinned: String?, shown: String?)
    /// The file with the authority's certificate is missing, not readable, or not PEM.
    case authorityUnreadable(file: String)
    /// The connection ended or timed out after the request was sent. The request may have been carried out.
    case answerLost(Endpoint, reason: String)
}
