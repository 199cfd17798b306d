import HTTPTransport

/// What the Network application runs on, which decides its paths.
public enum Console: String, Sendable {
    /// UniFi OS: a gateway, a Cloud Key of the second generation; port 443.
    case unifiOS = "UniFi OS"
    /// The application alone, on a computer or an early Cloud Key; port 8443.
    case classic = "a classic controller"

    /// UniFi OS has a page at `/`; the classic controller sends to `/manage`.
    init?(_ answerAtRoot: WireAnswer) {
        switch answerAtRoot.status {
        case 200: self = .unifiOS
        case 301, 302, 303, 307, 308: self = .classic
        default: return nil
        }
    }

    var loginPath: String { self == .unifiOS ? "/api/auth/login" : "/api/login" }

    /// Where the Network application's own paths begin.
    var root: String { self == .unifiOS ? "/proxy/network" : "" }
}
