import Foundation
import HTTPTransport
import Testing

@testable import ProxmoxAPI

@Suite struct `The node's clock` {
    private func answer(_ date: String?) -> WireAnswer {
        var answer = WireAnswer.ok(#"{"version":"9.2.11","release":"9.2"}"#)
        answer.headers = date.map { [.init("Date", $0)] } ?? []
        return answer
    }

    @Test func `continues from the date of the last response`() async throws {
        let client = Client(Recorded(answer("Sun, 06 Nov 1994 08:49:37 GMT"), answer("Tue, 24 Nov 2026 10:00:00 GMT")))
        #expect(client.nodeTime == nil)
        _ = try await client(.version())
        let first = try #require(client.nodeTime)
        #expect((784_111_777..<784_111_778).contains(first.timeIntervalSince1970.rounded(.down)))
        #expect(try #require(client.nodeTime) > first)
        _ = try await client(.version())
        #expect(try #require(client.nodeTime).timeIntervalSince1970 >= 1_795_514_400)
    }

    @Test(arguments: [nil, "", "yesterday", "Sun, 99 Nov 1994 08:49:37 GMT"])
    func `is unknown if the response has no date`(date: String?) async throws {
        let client = Client(Recorded(answer(date)))
        _ = try await client(.version())
        #expect(client.nodeTime == nil)
    }
}
