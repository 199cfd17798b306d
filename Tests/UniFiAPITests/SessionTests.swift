import Foundation
import HTTPTransport
import Testing

@testable import UniFiAPI

@Suite struct `A session with a UniFi console` {
    private let rule = PortForwardRule(
        name: "mx", interface: "wan", transport: "tcp", port: 25, to: "10.2.0.25", port: 25)
    /// `{"csrfToken":"from the token"}`
    private let token = "e30.eyJjc3JmVG9rZW4iOiJmcm9tIHRoZSB0b2tlbiJ9.c2ln"

    private func console(_ answers: WireAnswer...) -> ScriptedConsole { ScriptedConsole(answers.map { .success($0) }) }

    @Test func `uses the paths of UniFi OS, detected once`() async throws {
        let wire = console(.unifiOS, .ok(), .ok())
        let client = UniFiClient(wire, UniFiClient.key)
        _ = try await client.portForwards()
        _ = try await client.portForwards()
        let call = "GET /proxy/network/api/s/default/rest/portforward"
        #expect(wire.calls == ["GET /", call, call])
        #expect(wire.sent[0].headers.isEmpty, "the endpoint is not yet known to be a console")
        #expect(wire.sent[1].header("X-API-KEY") == "k-1")
    }

    @Test func `uses the paths of a classic controller, with a cookie and a CSRF token`() async throws {
        let wire = console(
            .classic, .ok("", ("Set-Cookie", "unifises=s1; Path=/"), ("Set-Cookie", "csrf_token=c1; Path=/")), .ok())
        try await UniFiClient(wire, UniFiClient.login).add(rule)
        #expect(wire.calls == ["GET /", "POST /api/login", "POST /api/s/default/rest/portforward"])
        #expect(wire.sent[1].text.contains(#""password":"p\"w""#))
        #expect(wire.sent[2].header("Cookie") == "csrf_token=c1; unifises=s1")
        #expect(wire.sent[2].header("X-CSRF-Token") == "c1")
        #expect(wire.sent[2].header("Content-Type") == "application/json")
    }

    @Test func `sends the newest CSRF token of the console's headers`() async throws {
        let wire = console(
            .unifiOS, .json(200, "{}", ("Set-Cookie", "TOKEN=\(token); HttpOnly"), ("X-CSRF-Token", "first")),
            .ok("", ("X-Updated-CSRF-Token", "second")), .ok())
        let client = UniFiClient(wire, UniFiClient.login)
        try await client.remove("1")
        try await client.remove("2")
        #expect(wire.sent.suffix(2).map { $0.header("X-CSRF-Token") } == ["first", "second"])
    }

    @Test func `takes the newest CSRF token from the session token if no header has it`() async throws {
        let wire = console(
            .unifiOS, .json(200, "{}", ("Set-Cookie", "TOKEN=\(token); HttpOnly")),
            .ok("", ("Set-Cookie", "TOKEN=e30.eyJjc3JmVG9rZW4iOiJsYXRlciJ9.c2ln")), .ok())
        let client = UniFiClient(wire, UniFiClient.login)
        try await client.remove("1")
        try await client.remove("2")
        #expect(wire.sent.suffix(2).map { $0.header("X-CSRF-Token") } == ["from the token", "later"])
    }

    @Test(arguments: [
        (401, #"{"error":{"code":401,"message":"Unauthorized"}}"#),
        (200, #"{"meta":{"rc":"error","msg":"api.err.LoginRequired"},"data":[]}"#),
    ])
    func `that has expired is renewed once`(status: Int, body: String) async throws {
        let login = WireAnswer.json(200, "{}", ("Set-Cookie", "TOKEN=t"))
        let wire = console(.unifiOS, login, .json(status, body), login, .ok())
        try await UniFiClient(wire, UniFiClient.login).add(rule)
        #expect(wire.calls.count { $0.hasPrefix("POST /api/auth/login") } == 2)
        let hopeless = console(.unifiOS, login, .json(status, body), login, .json(status, body))
        let error = await #expect(throws: UniFiError.self) {
            try await UniFiClient(hopeless, UniFiClient.login).add(rule)
        }
        guard case .unauthorized(UniFiClient.endpoint, "`mx`", _) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    @Test func `is opened if the console rejects the key`() async throws {
        let unknown = WireAnswer.json(401, #"{"error":{"code":401,"message":"Unauthorized"}}"#)
        let wire = console(.unifiOS, unknown, .json(200, "{}", ("Set-Cookie", "TOKEN=t")), .ok(), .ok())
        let client = UniFiClient(wire, UniFiClient.key, UniFiClient.login)
        _ = try await client.portForwards()
        _ = try await client.portForwards()
        #expect(wire.sent.map { $0.header("X-API-KEY") } == [nil, "k-1", nil, nil, nil])
        #expect(wire.sent[3].header("Cookie") == "TOKEN=t")
    }

    @Test func `with an unknown key and no other credentials fails`() async throws {
        let wire = console(.unifiOS, .json(401, #"{"error":{"code":401,"message":"Unauthorized"}}"#))
        await #expect(throws: UniFiError.unauthorized(UniFiClient.endpoint, who: "the API key", reason: "Unauthorized"))
        {
            _ = try await UniFiClient(wire, UniFiClient.key).portForwards()
        }
    }

    @Test func `never prints its secrets`() {
        for credentials in [UniFiClient.key, UniFiClient.login] {
            let texts = [
                "\(credentials)", String(reflecting: credentials),
                String(describing: Mirror(reflecting: credentials).children.map(\.value)),
            ]
            #expect(!texts.joined().contains("k-1") && !texts.joined().contains("p\"w"))
        }
    }
}
