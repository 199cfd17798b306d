import Foundation
import Synchronization
import Testing

@testable import HTTPTransport

/// A connection that responds with its number, and closes when it is released.
private final class Numbered: Exchange {
    let number: Int
    let closed: Record<Int>

    init(_ number: Int, closed: Record<Int>) { (self.number, self.closed) = (number, closed) }
    deinit { closed.note(number) }

    func send(_ request: WireRequest) async throws -> WireAnswer {
        if request.target == "fail" { throw CancellationError() }
        for _ in 0..<3 { await Task.yield() }
        return WireAnswer(status: number, reason: "", body: Data())
    }
}

@Suite(.timeLimit(.minutes(5))) struct `Shared connections` {
    private let closed = Record<Int>()

    private func shared(_ turns: AsyncSemaphore) -> SharedExchange {
        SharedExchange(turns: turns) { [closed, opened = Counter()] in Numbered(opened.add(1), closed: closed) }
    }

    private func request(_ target: String = "/") -> WireRequest {
        WireRequest(method: "GET", target: target, headers: [])
    }

    @Test func `are one for sequential requests`() async throws {
        let exchange = shared(AsyncSemaphore(2))
        for _ in 0..<10 { #expect(try await exchange.send(request()).status == 1) }
    }

    @Test func `do not exceed the limit, and are reused after a failure`() async throws {
        let exchange = shared(AsyncSemaphore(2))
        let used = try await withThrowingTaskGroup(of: Int?.self) { group in
            for number in 0..<50 {
                group.addTask {
                    try? await exchange.send(request(number.isMultiple(of: 5) ? "fail" : "/")).status
                }
            }
            return try await group.reduce(into: Set<Int>()) { if let number = $1 { $0.insert(number) } }
        }
        #expect(used.isSubset(of: [1, 2]))
    }

    @Test func `are closed on request, and opened again for the next request`() async throws {
        let exchange = shared(AsyncSemaphore(2))
        _ = try await exchange.send(request())
        #expect(closed.entries == [])
        exchange.close()
        #expect(closed.entries == [1])
        #expect(try await exchange.send(request()).status == 2)
    }
}
