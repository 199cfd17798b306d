import Crypto
import Foundation

/// Tokens and tickets (PVE::AccessControl, PVE::Ticket).
struct Authentication: Sendable {
    private let key = SymmetricKey(size: .bits256)
    let release: APIServer.Release

    /// Returns the authenticated caller. A ticket, in the cookie or in its place, takes precedence over a token.
    func caller(_ headers: [String: String], method: String, access: Access) throws -> Caller {
        let authorization = headers["authorization"] ?? ""
        if let ticket = Self.value("PVEAuthCookie", in: headers["cookie"] ?? authorization) {
            let user = try user(of: ticket)
            if method != "GET", headers["csrfpreventiontoken"] != csrf(for: user) {
                throw Failure.unauthorized("Permission denied - invalid csrf token")
            }
            return Caller(user: user, token: nil)
        }
        guard let text = Self.value("PVEAPIToken", in: authorization) else { throw Failure.unauthorized("No ticket") }
        guard let equals = text.lastIndex(of: "="), let bang = text[..<equals].firstIndex(of: "!") else {
            throw failed
        }
        let id = String(text[..<equals])
        guard let token = access.tokens[id], token.secret == text[text.index(after: equals)...] else { throw failed }
        return Caller(user: String(text[..<bang]), token: String(text[text.index(after: bang)..<equals]))
    }

    /// Returns the text after a name and `=` or a blank, up to `;`, percent-decoded but without decoding `+`.
    private static func value(_ name: String, in header: String) -> String? {
        guard let range = header.range(of: name), let sign = header[range.upperBound...].first, "= ".contains(sign)
        else { return nil }
        let text = String(header[range.upperBound...].dropFirst().prefix { $0 != ";" })
        return text.removingPercentEncoding ?? text
    }

    private var failed: Failure { .unauthorized("Authentication failed!") }

    /// Handles `POST /access/ticket`.
    func ticket(_ parameters: [String: String], access: Access) throws -> JSON {
        var user = parameters["username"] ?? ""
        if !user.contains("@"), let realm = parameters["realm"] { user += "@\(realm)" }
        let password = parameters["password"] ?? ""
        let renews = (try? self.user(of: password)) == user
        guard renews || access.passwords[user] == password else {
            throw Failure(status: 401, message: "authentication failure\n")
        }
        return [
            "username": .text(user), "ticket": .text(sign("PVE:\(user):\(Self.time)")),
            "CSRFPreventionToken": .text(csrf(for: user)),
            "cap": access.capabilities(of: Caller(user: user, token: nil)),
        ]
    }

    private static var time: String { String(format: "%08X", Int(Date().timeIntervalSince1970)) }

    private func user(of ticket: String) throws -> String {
        let parts = ticket.components(separatedBy: "::")
        let fields = parts[0].split(separator: ":")
        guard parts.count == 2, fields.count == 3, sign(parts[0]) == ticket, let start = Int(fields[2], radix: 16)
        else {
            throw failed
        }
        let age = Int(Date().timeIntervalSince1970) - start
        guard age > -300, age < 7200 else { throw failed }
        return String(fields[1])
    }

    private func sign(_ text: String) -> String { "\(text)::\(digest(text))" }
    private func csrf(for user: String) -> String { "00000000:\(digest("csrf \(user)"))" }
    private func digest(_ text: String) -> String {
        Data(HMAC<SHA256>.authenticationCode(for: Data(text.utf8), using: key)).base64EncodedString()
    }
}
