import Foundation
import HTTPTransport

/// A request of the Network API, with its name for messages.
struct ConsoleCall: Sendable {
    var method: String
    var path: String
    var body: Data?
    /// Whether this is a login, whose refusal means invalid credentials.
    var isLogin = false

    var name: String { "\(method) \(path)" }
    var isWriting: Bool { method != "GET" }
}

/// An answer of a console, with its status in one of the three forms in use: the Network application's `meta`, and
/// UniFi OS's `code` and `error`.
struct ConsoleAnswer {
    let answer: WireAnswer
    private let said: Said?

    private struct Said: Decodable {
        struct Meta: Decodable {
            var rc: String?
            var msg: String?
            var validationError: Validation?
        }
        struct Validation: Decodable { var field: String? }
        struct Failure: Decodable { var message: String? }

        var meta: Meta?
        var code: String?
        var message: String?
        var error: Failure?
    }

    init(_ answer: WireAnswer) {
        self.answer = answer
        said = try? JSONDecoder().decode(Said.self, from: answer.body)
    }

    /// Whether the session has ended. The console reports this by the status 401, or by a code with the status 200.
    var isLoggedOut: Bool { answer.status == 401 || said?.meta?.msg == "api.err.LoginRequired" }

    /// Returns the error that the answer reports, or nil if the call was carried out.
    func refusal(of call: ConsoleCall, from endpoint: Endpoint, site: String, who: String) -> UniFiError? {
        if answer.status >= 500 { return .unavailable(endpoint, status: answer.status, reason: reason) }
        if (300..<400).contains(answer.status) {
            let place = answer.values(of: "location").first
            return .webPage(endpoint, call: call.name, shows: place.map { "it redirects to \($0)" })
        }
        if isPage { return .webPage(endpoint, call: call.name, shows: title.map { "its title is `\($0)`" }) }
        if (200..<300).contains(answer.status), said?.meta?.rc ?? "ok" == "ok" { return nil }
        switch said?.meta?.msg ?? said?.code {
        case "api.err.Ubic2faTokenRequired", "MFA_AUTH_REQUIRED": return .secondFactor(endpoint, who: who)
        case "AUTHENTICATION_FAILED_LIMIT_REACHED": return .tooManyLogins(endpoint)
        case "AUTHENTICATION_FAILED_INVALID_CREDENTIALS", "api.err.LoginRequired":
            return .unauthorized(endpoint, who: who, reason: reason)
        case "api.err.NoPermission": return .forbidden(endpoint, who: who, call: call.name, reason: reason)
        case "api.err.NoSiteContext": return .noSuchSite(endpoint, site: site)
        case "api.err.PortForwardOverlaps": return .portTaken(endpoint)
        default: break
        }
        switch answer.status {
        // UniFi OS's own status for a second factor, which is not registered with IANA.
        case 499: return .secondFactor(endpoint, who: who)
        case 429: return .tooManyLogins(endpoint)
        case 401: return .unauthorized(endpoint, who: who, reason: reason)
        case 400...403 where call.isLogin: return .unauthorized(endpoint, who: who, reason: reason)
        case 403: return .forbidden(endpoint, who: who, call: call.name, reason: reason)
        default: return .refused(endpoint, call: call.name, status: answer.status, reason: reason)
        }
    }

    private var isPage: Bool {
        answer.values(of: "content-type").contains { $0.lowercased().hasPrefix("text/html") }
            || answer.body.first { !Self.blanks.contains($0) } == UInt8(ascii: "<")
    }

    private static let blanks: Set<UInt8> = [0x09, 0x0A, 0x0D, 0x20]

    private var title: String? {
        String(decoding: answer.body.prefix(4096), as: UTF8.self).firstMatch(
            of: /<title>\s*([^<]*?)\s*<\/title>/.ignoresCase()
        )
        .map { String($0.1) }.flatMap { $0.isEmpty ? nil : $0 }
    }

    /// All texts of the console. The answer that requires a second factor contains more, which must not be shown.
    private var reason: String {
        let field = said?.meta?.validationError?.field.map { "field `\($0)`" }
        let words = [said?.meta?.msg, said?.code, said?.message, said?.error?.message, field].compactMap(\.self)
        return words.isEmpty ? answer.reason : words.joined(separator: ": ")
    }
}
