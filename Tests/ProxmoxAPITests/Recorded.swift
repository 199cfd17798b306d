import Foundation
import HTTPTransport
import ProxmoxAPI
import Synchronization

/// An exchange that returns the given responses in order, and records the requests.
final class Recorded: Exchange {
    private let state: Mutex<State>

    private struct State {
        var answers: [Result<WireAnswer, TransportError>]
        var sent: [WireRequest] = []
    }

    init(_ answers: [Result<WireAnswer, TransportError>]) {
        state = Mutex(State(answers: answers))
    }

    convenience init(_ answers: WireAnswer...) { self.init(answers.map { .success($0) }) }

    var sent: [WireRequest] { state.withLock(\.sent) }
    var unused: Int { state.withLock(\.answers.count) }

    func send(_ request: WireRequest) async throws -> WireAnswer {
        try state.withLock { state in
            state.sent.append(request)
            guard !state.answers.isEmpty else { throw OutOfAnswers(target: request.target) }
            return try state.answers.removeFirst().get()
        }
    }

    struct OutOfAnswers: Error {
        var target: String
    }
}

extension WireAnswer {
    static func ok(_ data: String) -> WireAnswer {
        WireAnswer(status: 200, reason: "OK", body: Data(#"{"data":\#(data)}"#.utf8))
    }
}

extension WireRequest {
    var text: String { body.map { String(decoding: $0, as: UTF8.self) } ?? "" }
}

extension Client {
    static let endpoint = Endpoint(host: "node.test", port: 8006)
    static let token = Credentials.token(id: "mx@pve!ctl", secret: "5ec2e700-0000")

    /// A client without pauses.
    init(_ wire: Recorded, _ credentials: Credentials = Client.token) {
        self.init(endpoint: Client.endpoint, credentials: credentials, wire: wire, pauses: [.zero, .zero])
    }
}

/// A clock on which a sleep ends immediately, and which then shows the later time.
final class SkippingClock: Clock {
    struct Instant: InstantProtocol {
        var offset: Duration
        func advanced(by duration: Duration) -> Instant { Instant(offset: offset + duration) }
        func duration(to other: Instant) -> Duration { other.offset - offset }
        static func < (one: Instant, other: Instant) -> Bool { one.offset < other.offset }
    }

    private let time = Mutex(Instant(offset: .zero))
    var now: Instant { time.withLock(\.self) }
    var minimumResolution: Duration { .zero }

    func sleep(until deadline: Instant, tolerance: Duration?) async throws {
        try Task.checkCancellation()
        time.withLock { $0 = max($0, deadline) }
    }
}
