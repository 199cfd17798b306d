import Foundation
import HTTPTransport
import Synchronization
import UniFiAPI

/// An exchange that returns the given responses in order, and records the requests.
final class ScriptedConsole: Exchange {
    private let state: Mutex<(answers: [Result<WireAnswer, TransportError>], sent: [WireRequest])>

    init(_ answers: [Result<WireAnswer, TransportError>]) { state = Mutex((answers, [])) }

    /// The requests, each as `GET /path`.
    var calls: [String] { state.withLock { $0.sent.map { "\($0.method) \($0.target)" } } }
    var sent: [WireRequest] { state.withLock(\.sent) }

    func send(_ request: WireRequest) async throws -> WireAnswer {
        try state.withLock { state in
            state.sent.append(request)
            guard !state.answers.isEmpty else { throw OutOfAnswers(call: "\(request.method) \(request.target)") }
            return try state.answers.removeFirst().get()
        }
    }

    struct OutOfAnswers: Error { var call: String }
}

extension WireRequest {
    func header(_ name: String) -> String? { headers.first { $0.name == name }?.value }
    var text: String { body.map { String(decoding: $0, as: UTF8.self) } ?? "" }
}

extension WireAnswer {
    /// The response to `/` of each kind of console.
    static let unifiOS = WireAnswer(
        status: 200, reason: "OK", headers: [.init("Content-Type", "text/html")],
        body: Data("<title>UniFi OS</title>".utf8))
    static let classic = WireAnswer(status: 302, reason: "Found", headers: [.init("Location", "/manage")], body: Data())

    static func json(_ status: Int, _ text: String, _ headers: (String, String)...) -> WireAnswer {
        WireAnswer(
            status: status, reason: "",
            headers: headers.map { .init($0.0, $0.1) } + [.init("Content-Type", "application/json")],
            body: Data(text.utf8))
    }

    static func ok(_ data: String = "", _ headers: (String, String)...) -> WireAnswer {
        var answer = json(200, #"{"meta":{"rc":"ok"},"data":[\#(data)]}"#)
        answer.headers += headers.map { .init($0.0, $0.1) }
        return answer
    }

    static func refused(_ status: Int, _ code: String) -> WireAnswer {
        json(status, #"{"meta":{"rc":"error","msg":"\#(code)"},"data":[]}"#)
    }
}

extension UniFiClient {
    static let endpoint = Endpoint(host: "console.test", port: 443)
    static let key = UniFiCredentials.key("k-1")
    static let login = UniFiCredentials.login(user: "mx", password: "p\"w")

    init(_ wire: ScriptedConsole, _ credentials: UniFiCredentials...) {
        self.init(endpoint: Self.endpoint, site: "default", credentials: credentials, wire: wire)
    }
}
