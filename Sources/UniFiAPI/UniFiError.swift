public import Foundation
public import HTTPTransport

/// The reason why a call of a console's Network API failed.
public enum UniFiError: Error, Sendable, Equatable {
    /// No answer came, or the endpoint did not prove its identity.
    case transport(TransportError)
    /// The endpoint is not a UniFi console, judging by its answer at `/`.
    case noConsole(Endpoint, status: Int)
    /// The answer is a web page instead of data of the API; `shows` describes the page.
    case webPage(Endpoint, call: String, shows: String?)
    /// The admin requires a second factor, which a run cannot provide.
    case secondFactor(Endpoint, who: String)
    /// The console has counted too many logins and rejects all of them for some minutes.
    case tooManyLogins(Endpoint)
    /// The console rejects the credentials.
    case unauthorized(Endpoint, who: String, reason: String)
    /// The console accepts the credentials, which are not allowed to make this call.
    case forbidden(Endpoint, who: String, call: String, reason: String)
    /// The console has no site of this name.
    case noSuchSite(Endpoint, site: String)
    /// Another forward already uses the port (`api.err.PortForwardOverlaps`).
    case portTaken(Endpoint)
    /// The Network application is starting, being updated, or failing.
    case unavailable(Endpoint, status: Int, reason: String)
    /// Every other refusal.
    case refused(Endpoint, call: String, status: Int, reason: String)
    /// The answer does not have the expected form.
    case unreadable(Endpoint, call: String, reason: String)
}

extension UniFiError {
    /// Whether other credentials may be accepted. The call was not carried out.
    var isRefusedEntry: Bool {
        switch self {
        case .unauthorized, .forbidden: true
        default: false
        }
    }
}

extension UniFiError: LocalizedError {
    public var errorDescription: String? {
        switch self {
        case .transport(.unreachable(let endpoint, _)): "the UniFi console at \(endpoint) cannot be reached"
        case .transport(.untrusted(let endpoint, .some, _)):
            "the certificate of the UniFi console at \(endpoint) does not match the `fingerprint` in the inventory"
        case .transport(.untrusted(let endpoint, nil, _)):
            "the certificate of the UniFi console at \(endpoint) cannot be verified with the `ca` in the inventory"
        case .transport(.authorityUnreadable(let file)): "cannot use the CA file \(file)"
        case .transport(.answerLost(let endpoint, _)):
            "the connection to the UniFi console at \(endpoint) ended before the response arrived"
        case .noConsole(let endpoint, let status): "\(endpoint) is not a UniFi console (HTTP status \(status))"
        case .webPage(let endpoint, let call, _): "\(endpoint) replied to \(call) with a web page instead of data"
        case .secondFactor(let endpoint, let who):
            "the UniFi console at \(endpoint) requires a second factor for \(who)"
        case .tooManyLogins(let endpoint): "the UniFi console at \(endpoint) rejects logins after too many attempts"
        case .unauthorized(let endpoint, let who, _): "the UniFi console at \(endpoint) rejects the login with \(who)"
        case .forbidden(let endpoint, let who, let call, _):
            "the UniFi console at \(endpoint) denies \(call) to \(who)"
        case .noSuchSite(let endpoint, let site): "the UniFi console at \(endpoint) has no site `\(site)`"
        case .portTaken(let endpoint): "the UniFi console at \(endpoint) already has a forward of this port"
        case .unavailable(let endpoint, let status, _):
            "the Network application of the UniFi console at \(endpoint) is not available (HTTP status \(status))"
        case .refused(let endpoint, let call, let status, _):
            "the UniFi console at \(endpoint) refused \(call) (HTTP status \(status))"
        case .unreadable(let endpoint, let call, _): "cannot parse the response of \(endpoint) to \(call)"
        }
    }

    public var failureReason: String? {
        switch self {
        case .transport(.unreachable(_, let reason)), .transport(.answerLost(_, let reason)),
            .unauthorized(_, _, let reason), .forbidden(_, _, _, let reason), .unavailable(_, _, let reason),
            .refused(_, _, _, let reason), .unreadable(_, _, let reason):
            reason
        case .transport(.untrusted(_, let pinned, let shown)):
            [pinned.map { "pinned  \($0)" }, shown.map { "shown   \($0)" }].compactMap(\.self).joined(separator: "\n")
        case .transport(.authorityUnreadable): "it is missing, not readable, or not a PEM certificate"
        case .webPage(_, _, let shows): shows
        case .noConsole, .secondFactor, .tooManyLogins, .noSuchSite, .portTaken: nil
        }
    }

    public var recoverySuggestion: String? {
        switch self {
        case .transport(.unreachable):
            "Check that the console is up, and check `router.unifi`: UniFi OS listens on port 443, a classic controller on 8443."
        case .transport(.untrusted(let endpoint, .some, _)):
            "If the certificate was renewed, compare its fingerprint on the console itself: `openssl s_client -connect \(endpoint) </dev/null | openssl x509 -noout -fingerprint -sha256`."
        case .transport(.untrusted), .transport(.authorityUnreadable):
            "Set `ca` to the authority that signed the console's certificate, or pin the certificate with `fingerprint`."
        case .transport(.answerLost), .unavailable: "Run the command again: it first checks what was done."
        case .noConsole:
            "Check `address` and `port` in `router.unifi`: 443 for UniFi OS, 8443 for a classic controller."
        case .webPage:
            "Set `address` to the console's own address in the site's network, not unifi.ui.com, and `port` to the port of its API: 443 for UniFi OS, 8443 for a classic controller."
        case .secondFactor:
            "Create an API key, or a local admin without a second factor; accounts of ui.com cannot be used."
        case .tooManyLogins: "Wait some minutes and run the command again. An API key needs no login."
        case .unauthorized:
            "Check that the key was created on this console, under its integrations; or that the admin is a local one with this password."
        case .forbidden: "Use a key of an admin, or an admin, who may change the settings of the Network application."
        case .noSuchSite: "Set `site` to the name in the address of the site's page; the first site is `default`."
        case .portTaken: "Remove or disable the other forward, and run the command again."
        case .refused, .unreadable: "Check the version of the Network application: its API is not documented."
        }
    }
}
