import Foundation
import HTTPTransport
import Synchronization
import TestSupport
import Testing

@testable import ProxmoxAPI

/// A node that returns the same response to every call.
private final class Monotone: Exchange {
    let answer: WireAnswer
    init(_ answer: WireAnswer) { self.answer = answer }
    func send(_ request: WireRequest) async throws -> WireAnswer { answer }
}

@Suite struct `A hostile response` {
    private struct Dice: RandomNumberGenerator {
        var state: UInt64
        mutating func next() -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return state ^ (state >> 29)
        }
    }

    private static let fragments = [
        "null", "[]", "{}", "[[[[[[", "\"\"", "-1", "1e999", "99999999999999999999", "0.1", "true", "\u{0}", "\\u0000",
        "\\ud800", "\"a\":", ",", "}", "]", "\n", "é", "UPID:", "=", ";", String(repeating: "[", count: 2000),
    ]

    private func damaged(_ text: String, by dice: inout Dice) -> Data {
        var bytes = Array(text.utf8)
        for _ in 0..<Int.random(in: 1...4, using: &dice) {
            let place = Int.random(in: 0...bytes.count, using: &dice)
            let end = min(bytes.count, place + Int.random(in: 0...12, using: &dice))
            switch Int.random(in: 0...3, using: &dice) {
            case 0: bytes.removeSubrange(place..<end)
            case 1:
                bytes.insert(contentsOf: Self.fragments.randomElement(using: &dice)?.utf8.map(\.self) ?? [], at: place)
            case 2:
                bytes.replaceSubrange(
                    place..<end, with: Self.fragments.randomElement(using: &dice)?.utf8.map(\.self) ?? [])
            default: bytes.insert(UInt8.random(in: 0...255, using: &dice), at: place)
            }
        }
        return Data(bytes)
    }

    /// Status, reason and headers are random too. A 401 makes the client send the call twice, and no more.
    @Test(arguments: 0..<ProxmoxCall.all.count)
    func `becomes an API error or a value, without a crash`(index: Int) async throws {
        let (data, call) = (ProxmoxCall.all[index].answer, ProxmoxCall.all[index].send)
        try await call(
            Client(endpoint: Client.endpoint, credentials: Client.token, wire: Monotone(.ok(data)), pauses: []))
        var dice = Dice(state: 20_261_124 + UInt64(index))
        for round in 0..<700 {
            let body = damaged(#"{"data":\#(data)}"#, by: &dice)
            let status =
                [200, 200, 200, 200, 400, 401, 403, 500, 595, 596, 0, -1, 999].randomElement(using: &dice) ?? 200
            let reason = String(
                decoding: damaged("Permission check failed (/vms/110, VM.Audit)", by: &dice), as: UTF8.self)
            let date = String(decoding: damaged("Tue, 24 Nov 2026 10:00:00 GMT", by: &dice), as: UTF8.self)
            let answer = WireAnswer(status: status, reason: reason, headers: [.init("Date", date)], body: body)
            let client = Client(
                endpoint: Client.endpoint, credentials: Client.token, wire: Monotone(answer), pauses: [])
            await #expect(
                throws: Never.self, "call \(index), round \(round): \(status) \(String(decoding: body, as: UTF8.self))"
            ) {
                do { try await call(client) } catch let error as APIError { _ = (error.lock, error.errorDescription) }
            }
            _ = client.nodeTime
        }
    }
}
