import Foundation
import HTTPTransport

/// What a request is authorised with: a token, or a ticket that is fetched when it is needed.
actor Session {
    nonisolated let credentials: Credentials
    private let endpoint: Endpoint
    private let wire: any Exchange
    private let elapsed: @Sendable () -> Duration
    private var ticket: (value: String, csrf: String, until: Duration)?
    /// Who finds somebody else at it waits for that ticket.
    private let logins = Turns(1)

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

    /// A ticket lives for two hours (PVE::AccessControl); it is renewed before.
    private static let lifetime = Duration.seconds(6000)

    func headers(writing: Bool) async throws -> [(name: String, value: String)] {
        switch credentials {
        case .token(let id, let secret): return [("Authorization", "PVEAPIToken=\(id)=\(secret)")]
        case .login(let user, let password):
            let ticket = try await currentTicket(user: user, password: password)
            let cookie = (name: "Cookie", value: "PVEAuthCookie=\(PercentEncoding.encode(ticket.value))")
            return writing ? [cookie, ("CSRFPreventionToken", ticket.csrf)] : [cookie]
        }
    }

    /// Drops the ticket, so that the next request logs in anew; false where there is no ticket to have.
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
        /// Absent with a ticket that waits for a second factor.
        var CSRFPreventionToken: String?
        var NeedTFA: LenientBool?
    }
}
