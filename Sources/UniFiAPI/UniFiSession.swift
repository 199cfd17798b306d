import Foundation
import HTTPTransport

/// Makes calls with the credentials that the console accepts: a key, or a session that is opened when it is needed.
actor UniFiSession {
    private let endpoint: Endpoint
    private let site: String
    private let wire: any Exchange
    /// The first credentials are in use. The others follow if the console rejects those.
    private var credentials: [UniFiCredentials]
    private var console: Console?
    private var cookies: [String: String] = [:]
    private var csrf: String?

    init(endpoint: Endpoint, site: String, credentials: [UniFiCredentials], wire: any Exchange) {
        self.endpoint = endpoint
        self.site = site
        self.credentials = credentials
        self.wire = wire
    }

    /// Makes a call below the site's path, and returns the body of its answer.
    ///
    /// The console does not carry out a call whose credentials it rejects. Such a call is repeated: once with a new
    /// session, and with each of the remaining credentials.
    func call(_ method: String, _ path: String, body: Data? = nil) async throws -> Data {
        let console = try await foundConsole()
        let call = ConsoleCall(method: method, path: "\(console.root)/api/s/\(site)\(path)", body: body)
        while true {
            do { return try await accepted(call) } catch let error as UniFiError
                where error.isRefusedEntry && credentials.count > 1
            {
                credentials.removeFirst()
                forget()
            }
        }
    }

    private func accepted(_ call: ConsoleCall) async throws -> Data {
        var answer = try await answer(to: call)
        if answer.isLoggedOut, case .login? = credentials.first {
            forget()
            answer = try await self.answer(to: call)
        }
        return try body(of: answer, to: call)
    }

    private func body(of answer: ConsoleAnswer, to call: ConsoleCall) throws -> Data {
        let who = credentials.first?.name ?? "anybody"
        if let refusal = answer.refusal(of: call, from: endpoint, site: site, who: who) { throw refusal }
        return answer.answer.body
    }

    private func foundConsole() async throws -> Console {
        if let console { return console }
        let answer = try await send(ConsoleCall(method: "GET", path: "/"), headers: [])
        if answer.status >= 500 {
            throw UniFiError.unavailable(endpoint, status: answer.status, reason: answer.reason)
        }
        guard let found = Console(answer) else { throw UniFiError.noConsole(endpoint, status: answer.status) }
        console = found
        return found
    }

    private func answer(to call: ConsoleCall) async throws -> ConsoleAnswer {
        let answer = try await send(call, headers: try await headers(for: call))
        remember(answer)
        return ConsoleAnswer(answer)
    }

    private func headers(for call: ConsoleCall) async throws -> [(name: String, value: String)] {
        switch credentials.first {
        case .key(let key)?: return [("X-API-KEY", key)]
        case .login(let user, let password)?:
            if cookies.isEmpty { try await enter(user, password) }
            let cookie = cookies.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: "; ")
            let proof = call.isWriting ? csrf.map { [(name: "X-CSRF-Token", value: $0)] } : nil
            return [("Cookie", cookie)] + (proof ?? [])
        case nil: return []
        }
    }

    private func enter(_ user: String, _ password: String) async throws {
        let path = try await foundConsole().loginPath
        let body = try JSONEncoder().encode(["username": user, "password": password])
        let call = ConsoleCall(method: "POST", path: path, body: body, isLogin: true)
        let answer = try await send(call, headers: [])
        _ = try self.body(of: ConsoleAnswer(answer), to: call)
        remember(answer)
        guard !cookies.isEmpty else {
            throw UniFiError.unreadable(
                endpoint, call: call.name, reason: "no session was opened: the response has no cookie")
        }
    }

    private func send(_ call: ConsoleCall, headers: [(name: String, value: String)]) async throws -> WireAnswer {
        let type = call.body.map { _ in [(name: "Content-Type", value: "application/json")] } ?? []
        let request = WireRequest(method: call.method, target: call.path, headers: headers + type, body: call.body)
        do { return try await wire.send(request) } catch let error as TransportError {
            throw UniFiError.transport(error)
        }
    }

    private func forget() { (cookies, csrf) = ([:], nil) }

    /// Stores the cookies and the CSRF token of an answer. Any answer may contain new ones.
    private func remember(_ answer: WireAnswer) {
        let pairs = answer.values(of: "set-cookie").map { $0.prefix { $0 != ";" }.split(separator: "=", maxSplits: 1) }
        let brought = Dictionary(pairs.filter { $0.count == 2 }.map { (String($0[0]), String($0[1])) }) { $1 }
        cookies.merge(brought) { $1 }
        let told = ["x-updated-csrf-token", "x-csrf-token"].lazy.compactMap { answer.values(of: $0).first }.first
        let token = brought["TOKEN"] ?? brought["UOS_TOKEN"]
        csrf = told ?? brought["csrf_token"] ?? token.flatMap(Self.proof(in:)) ?? csrf
    }

    /// Returns the CSRF token inside the session's token, a JWT (RFC 7519). Some releases of UniFi OS provide it only
    /// there.
    private static func proof(in token: String) -> String? {
        let parts = token.split(separator: ".")
        guard parts.count == 3 else { return nil }
        let text = String(parts[1]).replacing("-", with: "+").replacing("_", with: "/")
        let padded = text + String(repeating: "=", count: (4 - text.count % 4) % 4)
        return Data(base64Encoded: padded).flatMap { try? JSONDecoder().decode(Claims.self, from: $0) }?.csrfToken
    }

    private struct Claims: Decodable { var csrfToken: String? }
}
