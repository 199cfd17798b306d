import Foundation

/// The port forwarding API of the gateway's Network application, written from the behaviour that its clients expect.
actor UniFiConsole {
    struct Access: Sendable {
        var key: String
        var user: String
        var password: String
    }

    private struct Session {
        var front: UniFiFront
        var proof: String
    }

    private let access: Access
    private let load: @Sendable ([PortForwardObject]) async throws -> Void
    private(set) var forwards: [PortForwardObject]
    private var sessions: [String: Session] = [:]
    private(set) var fault = UniFiFault.none
    private var made: Int

    static let site = "default"
    private static let siteID = "558c44fee4b000d0b32a8bbb"

    /// Creates a console.
    ///
    /// - Parameter load: Loads the forwards into the kernel.
    init(
        access: Access, forwards: [PortForwardObject],
        load: @escaping @Sendable ([PortForwardObject]) async throws -> Void
    ) {
        self.access = access
        self.load = load
        self.forwards = forwards.enumerated().map { Self.named($0.element, $0.offset) }
        made = forwards.count
    }

    func begin() async throws { try await load(forwards) }

    func order(_ fault: UniFiFault) { self.fault = fault }

    func reply(to request: UniFiRequest, at front: UniFiFront) async -> UniFiReply {
        if fault == .slow { try? await Task.sleep(for: UniFiFault.delay) }
        if fault == .loginPage, request.path != "/" { return .page("UniFi OS") }
        switch request.path {
        case "/" where front == .unifiOS: return .page("UniFi OS")
        case "/":
            return UniFiReply(status: 302, headers: ["Location: /manage"], type: "text/html", body: "")
        case front.loginPath where request.method == "POST": return login(request, at: front)
        default: break
        }
        let begin = "\(front.root)/api/s/"
        guard request.path.hasPrefix(begin) else {
            return front == .unifiOS ? .barred(404, "Not Found") : .refused(404, "api.err.NotFound")
        }
        if let refusal = entry(request, at: front) { return refusal }
        let words = request.path.dropFirst(begin.count).split(separator: "/").map(String.init)
        guard words.first == Self.site else { return .refused(400, "api.err.NoSiteContext") }
        guard words.count >= 3, words.count <= 4, words[1] == "rest", words[2] == "portforward" else {
            return .refused(404, "api.err.NotFound")
        }
        do { return try await answer(request, id: words.count == 4 ? words[3] : nil) } catch {
            return .refused(500, "api.err.ServerError")
        }
    }

    private func login(_ request: UniFiRequest, at front: UniFiFront) -> UniFiReply {
        struct Form: Decodable { var username, password: String }
        let form = try? JSONDecoder().decode(Form.self, from: Data(request.body.utf8))
        guard form?.username == access.user, form?.password == access.password else {
            return front == .classic
                ? .refused(400, "api.err.Invalid")
                : UniFiReply(
                    status: 403,
                    body:
                        #"{"code":"AUTHENTICATION_FAILED_INVALID_CREDENTIALS","message":"Invalid username or password","level":"debug"}"#
                )
        }
        guard fault != .secondFactor else {
            return front == .classic
                ? .refused(400, "api.err.Ubic2faTokenRequired")
                : UniFiReply(
                    status: 499,
                    body:
                        #"{"code":"MFA_AUTH_REQUIRED","message":"MFA token required to authenticate to SSO","data":{"required":"2fa"}}"#
                )
        }
        let (token, proof) = (UUID().uuidString, UUID().uuidString.lowercased())
        sessions[token] = Session(front: front, proof: proof)
        let cookie = "Set-Cookie: \(front.sessionCookie)=\(token); Path=/; Secure; HttpOnly"
        var reply =
            front == .classic ? UniFiReply.ok() : UniFiReply(status: 200, body: #"{"username":"\#(access.user)"}"#)
        reply.headers = [
            cookie, front == .classic ? "Set-Cookie: csrf_token=\(proof); Path=/; Secure" : "X-CSRF-Token: \(proof)",
        ]
        return reply
    }

    /// Returns an error response, or nil if the caller is authenticated.
    private func entry(_ request: UniFiRequest, at front: UniFiFront) -> UniFiReply? {
        if front == .unifiOS, request.headers["x-api-key"] == access.key { return nil }
        guard let token = request.cookies[front.sessionCookie], let session = sessions[token], session.front == front
        else { return front == .unifiOS ? .barred(401, "Unauthorized") : .refused(401, "api.err.LoginRequired") }
        if fault == .expiring { sessions[token] = nil }
        guard request.method == "GET" || request.headers["x-csrf-token"] == session.proof else {
            return front == .unifiOS ? .barred(403, "Forbidden") : .refused(403, "api.err.InvalidCSRFToken")
        }
        return nil
    }

    private func answer(_ request: UniFiRequest, id: String?) async throws -> UniFiReply {
        let index = id.map { id in forwards.firstIndex { $0.id == id } }
        if let index, index == nil { return .refused(400, "api.err.IdInvalid") }
        switch (request.method, index ?? nil) {
        case ("GET", nil): return .ok(try forwards.map(Self.json))
        case ("GET", let index?): return .ok([try Self.json(forwards[index])])
        case ("POST", nil): return try await put(PortForwardObject.defaults, nil, request.body)
        case ("PUT", let index?): return try await put(forwards[index], index, request.body)
        case ("DELETE", let index?):
            if fault != .noOp { forwards.remove(at: index) }
            try await load(forwards)
            return .ok()
        default: return .refused(405, "api.err.MethodNotAllowed")
        }
    }

    /// Merges a body into an object, and stores the result in its place or at the end.
    private func put(_ old: PortForwardObject, _ index: Int?, _ body: String) async throws -> UniFiReply {
        let change: PortForwardObject
        do { change = try JSONDecoder().decode(PortForwardObject.self, from: Data(body.utf8)) } catch let error
            as DecodingError
        {
            guard case .typeMismatch(_, let context) = error else { return .refused(400, "api.err.InvalidPayload") }
            return .refused(400, "api.err.InvalidPayload", field: context.codingPath.first?.stringValue)
        }
        var wanted = old.merged(with: change)
        if index == nil { wanted = Self.named(wanted, made) }
        if let field = wanted.misfit { return .refused(400, "api.err.InvalidPayload", field: field.rawValue) }
        let others = forwards.filter { $0.id != wanted.id }
        if others.contains(where: wanted.overlaps) { return .refused(400, "api.err.PortForwardOverlaps") }
        if fault != .noOp {
            if let index {
                forwards[index] = wanted
            } else {
                forwards.append(wanted)
                made += 1
            }
            try await load(forwards)
        }
        return .ok([try Self.json(wanted)])
    }

    private static func named(_ object: PortForwardObject, _ number: Int) -> PortForwardObject {
        var named = object
        named.id = "5ebd0c38a999c65ac216" + String(0x1000 + number, radix: 16)
        named.siteID = siteID
        return named
    }

    private static func json(_ object: PortForwardObject) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        return String(decoding: try encoder.encode(object), as: UTF8.self)
    }
}
