import Foundation
import HTTPTransport

/// Provides the authorization of requests: a token, or a ticket that is fetched when it is needed.
actor Session {
    nonisolated let credentials: Credentials
    private let endpoint: Endpoint
    private let wire: any Exchange
    private let elapsed: @Sendable () -> Duration
    private var ticket: (value: String, csrf: String, until: Duration)?
    /// Permits one login at a time. A caller that finds a login in progress waits for its ticket.
    private let logins = AsyncSemaphore(1)

    init(
        endpoint: Endpoint,
        credentials: Credentials,
        wire: any Exchange,
        clock: some Clock<Duration> = ContinuousClock()
    ) {
        let start = clock.now
        elapsed = { start.duration(to: clock.now) }
        self.endpoint = endpoint
        self.credentials = credentials
        self.wire = wire
    }

    /// The age at which a ticket is renewed. A ticket is valid for two hours (PVE::AccessControl).
    private static let lifetime = Duration.seconds(6000)

    func headers(writing: Bool) async throws -> [(name: String, value: String)] {
        switch credentials {
        case .token(let id, let secret): return [("Authorization", "PVEAPIToken=\(Self.header(id))=\(secret)")]
        case .login(let user, let password):
            let ticket = try await currentTicket(user: user, password: password)
            let cookie = (name: "Cookie", value: "PVEAuthCookie=\(PercentEncoding.encode(ticket.value))")
            return writing ? [cookie, ("CSRFPreventionToken", ticket.csrf)] : [cookie]
        }
    }

    /// Encodes a token's id for the header. Proxmox decodes `%` in it, and reads it up to a `;`
    /// (PVE::APIServer::Formatter).
    private static func header(_ id: String) -> String {
        id.replacing("%", with: "%25").replacing(";", with: "%3B")
    }

    /// Drops the ticket, so that the next request logs in again. Returns false if the credentials use no ticket.
    func expire() -> Bool {
        ticket = nil
        if case .login = credentials { return true }
        return false
    }

    private func currentTicket(user: String, password: String) async throws -> (value: String, csrf: String) {
        try await logins.take {
            if let ticket, ticket.until > elapsed() { return (ticket.value, ticket.csrf) }
            return try await logIn(user: user, password: password)
        }
    }

    private func logIn(user: String, password: String) async throws -> (value: String, csrf: String) {
        let body = PercentEncoding.form([("username", user), ("password", password)])
        let request = WireRequest(
            method: "POST",
            target: "/api2/json/access/ticket",
            headers: [],
            body: Data(body.utf8)
        )
        let answer = try await wire.answer(to: request)
        guard answer.status == 200 else { throw APIError(answer, from: endpoint, who: user) }
        let login: Login = try Client.decode(answer.body, call: "POST /access/ticket")
        guard login.NeedTFA?.value != true, let csrf = login.CSRFPreventionToken else {
            throw APIError.unauthorized(
                endpoint,
                who: user,
                reason: "the user has a second factor; use an API token instead"
            )
        }
        ticket = (login.ticket, csrf, elapsed() + Self.lifetime)
        return (login.ticket, csrf)
    }

    private struct Login: Decodable {
        var ticket: String
        /// The CSRF token; absent if the ticket needs a second factor.
        var CSRFPreventionToken: String?
        var NeedTFA: LenientBool?
    }
}
