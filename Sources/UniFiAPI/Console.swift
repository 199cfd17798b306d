import HTTPTransport

/// The kind of system that the Network application runs on, which determines the paths of its API.
public enum Console: String, Sendable {
    /// UniFi OS: a gateway, or a Cloud Key of the second generation; port 443.
    case unifiOS = "UniFi OS"
    /// The application by itself, on a computer or an early Cloud Key; port 8443.
    case classic = "a classic controller"

    /// Detects the kind from the answer to `GET /`: UniFi OS has a page there, the classic controller redirects to
    /// `/manage`.
    init?(_ answerAtRoot: WireAnswer) {
        switch answerAtRoot.status {
        case 200: self = .unifiOS
        case 301, 302, 303, 307, 308: self = .classic
        default: return nil
        }
    }

    var loginPath: String { self == .unifiOS ? "/api/auth/login" : "/api/login" }

    /// The prefix of the Network application's paths.
    var root: String { self == .unifiOS ? "/proxy/network" : "" }
}
