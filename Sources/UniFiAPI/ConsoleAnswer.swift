import Foundation
import HTTPTransport

/// A request of the Network API, as messages call it.
struct ConsoleCall: Sendable {
    var method: String
    var path: String
    var body: Data?
    /// A login's refusal is one of the credentials.
    var isLogin = false

    var name: String { "\(method) \(path)" }
    var isWriting: Bool { method != "GET" }
}

/// What an answer says of itself, in the three shapes that are in use: the Network application's `meta`, and UniFi OS's
/// `code` and `error`.
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

    /// A session's end is told by the status, or by the code with a status of 200.
    var isLoggedOut: Bool { answer.status == 401 || said?.meta?.msg == "api.err.LoginRequired" }

    /// Nil where the call was carried out.
    func refusal(of call: ConsoleCall, from endpoint: Endpoint, site: String, who: String) -> UniFiError? {
        if answer.status >= 500 { return .unavailable(endpoint, status: answer.status, reason: reason) }
        if (300..<400).contains(answer.status) {
            let place = answer.values(of: "location").first
            return .webPage(endpoint, call: call.name, shows: place.map { "it leads to \($0)" })
        }
        if isPage { return .webPage(endpoint, call: call.name, shows: title.map { "it is titled `\($0)`" }) }
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
        // Not in the registry of statuses: UniFi OS's own for a second factor.
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

    /// The console's own words, all of them; a second factor's answer holds more, which is nobody's business.
    private var reason: String {
        let field = said?.meta?.validationError?.field.map { "field `\($0)`" }
        let words = [said?.meta?.msg, said?.code, said?.message, said?.error?.message, field].compactMap(\.self)
        return words.isEmpty ? answer.reason : words.joined(separator: ": ")
    }
}
