import Foundation
import HTTPTransport
import Testing

@testable import ProxmoxAPI

@Suite struct `A session with a password` {
    private static let password = "pass word;=+"
    private let login = Credentials.login(user: "mx@pve", password: Self.password)
    private let version = WireAnswer.ok(#"{"version":"9.2.11","release":"9.2"}"#)

    private func ticket(_ name: String) -> WireAnswer {
        .ok(#"{"username":"mx@pve","ticket":"PVE:\#(name)+/=","CSRFPreventionToken":"csrf-\#(name)"}"#)
    }

    @Test func `logs in once, and sends its cookie with every call`() async throws {
        let wire = Recorded(ticket("one"), version, version)
        let client = Client(wire, login)
        _ = try await (client(.version()), client(.version()))
        #expect(wire.sent.map(\.target) == ["/api2/json/access/ticket", "/api2/json/version", "/api2/json/version"])
        #expect(wire.sent[0].text == "username=mx%40pve&password=pass%20word%3B%3D%2B")
        for call in wire.sent.dropFirst() {
            #expect(call.headers.map(\.name) == ["Cookie"])
            #expect(call.headers.map(\.value) == ["PVEAuthCookie=PVE%3Aone%2B%2F%3D"])
        }
    }

    @Test func `sends the CSRF token with every write`() async throws {
        let wire = Recorded(ticket("one"), .ok("null"))
        let guest = try GuestID(checking: 150)
        _ = try await Client(wire, login)(.configure(guest, on: try NodeName(checking: "pve1"), set: ["swap": "0"]))
        let token = wire.sent[1].headers.first { $0.name == "CSRFPreventionToken" }
        #expect(token?.value == "csrf-one")
    }

    @Test func `logs in again, once, when its ticket has expired`() async throws {
        let expired = WireAnswer(status: 401, reason: "No ticket", body: Data())
        let wire = Recorded(ticket("one"), version, expired, ticket("two"), version)
        let client = Client(wire, login)
        _ = try await client(.version())
        _ = try await client(.version())
        #expect(wire.sent.last?.headers.first?.value == "PVEAuthCookie=PVE%3Atwo%2B%2F%3D")

        let refused = Recorded(ticket("one"), expired, ticket("two"), expired, version)
        let error = await #expect(throws: APIError.self) { try await Client(refused, login)(.version()) }
        #expect(error == .unauthorized(Client.endpoint, who: "mx@pve", reason: "No ticket"))
        #expect(refused.unused == 1)
    }

    @Test func `logs in once for two calls whose ticket expires at the same time`() async throws {
        let session = Session(
            endpoint: Client.endpoint, credentials: login, wire: Recorded(ticket("one"), ticket("two")))
        _ = try await session.headers(writing: false)
        #expect(await session.expire())
        #expect(await session.expire())
        #expect(try await session.headers(writing: false).first?.value.contains("two") == true)
    }

    @Test func `renews its ticket before it expires after two hours`() async throws {
        let wire = Recorded(ticket("one"), ticket("two"))
        let clock = SkippingClock()
        let session = Session(endpoint: Client.endpoint, credentials: login, wire: wire, clock: clock)
        _ = try await session.headers(writing: false)
        try await clock.sleep(for: .seconds(90 * 60))
        _ = try await session.headers(writing: false)
        #expect(wire.sent.count == 1)
        try await clock.sleep(for: .seconds(25 * 60))
        let headers = try await session.headers(writing: false)
        #expect(headers.first?.value.contains("two") == true)
    }

    @Test func `with the wrong password reports the user, not the password`() async throws {
        let body = Data(#"{"data":null,"message":"authentication failure\n"}"#.utf8)
        let wire = Recorded(WireAnswer(status: 401, reason: "authentication failure", body: body))
        let error = await #expect(throws: APIError.self) { try await Client(wire, login)(.version()) }
        #expect(error == .unauthorized(Client.endpoint, who: "mx@pve", reason: "authentication failure"))
    }

    @Test func `of a user with a second factor is refused with advice`() async throws {
        let wire = Recorded(.ok(#"{"username":"mx@pve","ticket":"PVE:!tfa!x","NeedTFA":1}"#))
        let error = await #expect(throws: APIError.self) { try await Client(wire, login)(.version()) }
        #expect(error?.failureReason == "the user has a second factor; use an API token instead")
    }

    @Test func `never prints its secret`() {
        for credentials in [login, Client.token] {
            var dumped = ""
            dump(credentials, to: &dumped)
            dump(Session(endpoint: Client.endpoint, credentials: credentials, wire: Recorded()), to: &dumped)
            for text in ["\(credentials)", String(reflecting: credentials), dumped] {
                #expect(!text.contains("pass word") && !text.contains("5ec2e700"))
                #expect(text.contains("•••"))
            }
        }
    }
}
