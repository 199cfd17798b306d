import Foundation
import HTTPTransport
import Testing

@testable import UniFiAPI

@Suite struct `A response of a UniFi console` {
    private static let endpoint = UniFiClient.endpoint
    private static let list = "GET /proxy/network/api/s/default/rest/portforward"
    private static let page = "<!doctype html><html><head><title> UniFi OS </title></head></html>"

    /// Responses to the list, and the expected errors.
    static let refusals: [(WireAnswer, UniFiError)] = [
        // A web page, by its type or by its first byte.
        (
            WireAnswer(
                status: 200, reason: "OK", headers: [.init("Content-Type", "text/html; charset=utf-8")],
                body: Data(page.utf8)),
            .webPage(endpoint, call: list, shows: "its title is `UniFi OS`")
        ),
        (
            WireAnswer(status: 401, reason: "", body: Data("\n<html></html>".utf8)),
            .webPage(endpoint, call: list, shows: nil)
        ),
        (
            WireAnswer(status: 302, reason: "Found", headers: [.init("Location", "/login?redirect=x")], body: Data()),
            .webPage(endpoint, call: list, shows: "it redirects to /login?redirect=x")
        ),
        // Errors of the Network application itself, with any status.
        (
            .refused(200, "api.err.NoPermission"),
            .forbidden(endpoint, who: "the API key", call: list, reason: "api.err.NoPermission")
        ),
        (.refused(400, "api.err.NoSiteContext"), .noSuchSite(endpoint, site: "default")),
        (.refused(400, "api.err.PortForwardOverlaps"), .portTaken(endpoint)),
        (
            .refused(401, "api.err.LoginRequired"),
            .unauthorized(endpoint, who: "the API key", reason: "api.err.LoginRequired")
        ),
        (
            .json(
                400,
                #"{"meta":{"rc":"error","msg":"api.err.InvalidPayload","validationError":{"field":"fwd","pattern":"x"}}}"#
            ),
            .refused(endpoint, call: list, status: 400, reason: "api.err.InvalidPayload: field `fwd`")
        ),
        // Errors of UniFi OS, before the Network application.
        (
            .json(403, #"{"error":{"code":403,"message":"Forbidden"}}"#),
            .forbidden(endpoint, who: "the API key", call: list, reason: "Forbidden")
        ),
        (.json(429, "{}"), .tooManyLogins(endpoint)),
        (.json(404, "not json"), .refused(endpoint, call: list, status: 404, reason: "")),
        (
            WireAnswer(status: 502, reason: "Bad Gateway", body: Data("<html>nginx</html>".utf8)),
            .unavailable(endpoint, status: 502, reason: "Bad Gateway")
        ),
    ]

    @Test(arguments: refusals)
    func `with an error becomes the matching error`(answer: WireAnswer, error: UniFiError) async {
        let wire = ScriptedConsole([.success(.unifiOS), .success(answer)])
        await #expect(throws: error) { _ = try await UniFiClient(wire, UniFiClient.key).portForwards() }
        #expect(
            error.errorDescription?.contains("Optional") == false && error.errorDescription?.hasSuffix(".") == false)
    }

    /// Responses to a login, and the expected errors.
    static let logins: [(WireAnswer, UniFiError)] = [
        (
            .json(499, #"{"code":"MFA_AUTH_REQUIRED","message":"MFA","data":{"mfaCookie":"UBIC_2FA=secret"}}"#),
            .secondFactor(endpoint, who: "`mx`")
        ),
        (.json(499, "{}"), .secondFactor(endpoint, who: "`mx`")),
        (.refused(200, "api.err.Ubic2faTokenRequired"), .secondFactor(endpoint, who: "`mx`")),
        (.refused(400, "api.err.Ubic2faTokenRequired"), .secondFactor(endpoint, who: "`mx`")),
        (.refused(400, "api.err.Invalid"), .unauthorized(endpoint, who: "`mx`", reason: "api.err.Invalid")),
        (
            .json(
                403, #"{"code":"AUTHENTICATION_FAILED_INVALID_CREDENTIALS","message":"Invalid username or password"}"#),
            .unauthorized(
                endpoint, who: "`mx`", reason: "AUTHENTICATION_FAILED_INVALID_CREDENTIALS: Invalid username or password"
            )
        ),
        (.json(429, #"{"code":"AUTHENTICATION_FAILED_LIMIT_REACHED"}"#), .tooManyLogins(endpoint)),
        (
            .json(200, "{}"),
            .unreadable(
                endpoint, call: "POST /api/auth/login", reason: "no session was opened: the response has no cookie")
        ),
    ]

    @Test(arguments: logins)
    func `that rejects the login becomes the matching error, without a retry`(answer: WireAnswer, error: UniFiError)
        async
    {
        let wire = ScriptedConsole([.success(.unifiOS), .success(answer)])
        await #expect(throws: error) { _ = try await UniFiClient(wire, UniFiClient.login).portForwards() }
        #expect(wire.calls == ["GET /", "POST /api/auth/login"])
    }

    @Test func `of another server at the root ends the call before a secret is sent`() async {
        for (status, error) in [
            (404, UniFiError.noConsole(Self.endpoint, status: 404)),
            (503, .unavailable(Self.endpoint, status: 503, reason: "")),
        ] {
            let wire = ScriptedConsole([.success(WireAnswer(status: status, reason: "", body: Data()))])
            await #expect(throws: error) { _ = try await UniFiClient(wire, UniFiClient.login).portForwards() }
            #expect(wire.sent.flatMap(\.headers).isEmpty)
        }
    }

    @Test func `that is lost is not retried`() async {
        let lost = TransportError.answerLost(Self.endpoint, reason: "reset")
        let wire = ScriptedConsole([.success(.unifiOS), .failure(lost)])
        await #expect(throws: UniFiError.transport(lost)) { try await UniFiClient(wire, UniFiClient.key).remove("1") }
        #expect(wire.sent.count == 2)
    }

    @Test func `without a list is unreadable`() async {
        for body in [
            #"{"meta":{"rc":"ok"}}"#, #"{"meta":{"rc":"ok"},"data":[{"name":"x"}]}"#, #"{"data":[{"_id":"../x"}]}"#,
        ] {
            let wire = ScriptedConsole([.success(.unifiOS), .success(.json(200, body))])
            let error = await #expect(throws: UniFiError.self) {
                _ = try await UniFiClient(wire, UniFiClient.key).portForwards()
            }
            guard case .unreadable = error else {
                Issue.record("\(body): \(String(describing: error))")
                continue
            }
        }
    }
}
