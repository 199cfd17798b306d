import Foundation
import HTTPTransport
import Synchronization
import UniFiAPI

@testable import Alerts
@testable import BackupMX
@testable import Engine
@testable import Ingress
@testable import Resources
@testable import Sites

/// A UniFi console that stores port forwards, as an exchange.
final class ConsoleDouble: Exchange {
    /// The effect of a call that changes something.
    enum ConnectionOptions { case honest, idle, lostAfterwards, lostBefore }

    enum Field: Sendable, Hashable, Codable, ExpressibleByStringLiteral, ExpressibleByBooleanLiteral {
        case text(String)
        case flag(Bool)

        init(stringLiteral value: String) { self = .text(value) }
        init(booleanLiteral value: Bool) { self = .flag(value) }

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if let flag = try? container.decode(Bool.self) {
                self = .flag(flag)
            } else {
                self = .text(try container.decode(String.self))
            }
        }

        func encode(to encoder: any Encoder) throws {
            var container = encoder.singleValueContainer()
            switch self {
            case .text(let text): try container.encode(text)
            case .flag(let flag): try container.encode(flag)
            }
        }
    }

    private struct State {
        var objects: [[String: Field]]
        var connectionOptions = ConnectionOptions.honest
        var writes: [String] = []
    }

    private let state: Mutex<State>
    static let endpoint = Endpoint(host: "console.test", port: 443)

    init(_ objects: [String: Field]...) { state = Mutex(State(objects: objects)) }

    var writes: [String] { state.withLock(\.writes) }
    var objects: [[String: Field]] { state.withLock(\.objects) }
    func turn(_ connectionOptions: ConnectionOptions) { state.withLock { $0.connectionOptions = connectionOptions } }
    func change(_ body: @Sendable (inout [[String: Field]]) -> Void) { state.withLock { body(&$0.objects) } }

    func forwards() -> UniFiForwards {
        let client = UniFiClient(endpoint: Self.endpoint, site: "default", credentials: [.key("k")], wire: self)
        return UniFiForwards(client: client, site: SiteAddress(inventory: "home", name: "one"), interface: "wan")
    }

    func send(_ request: WireRequest) async throws -> WireAnswer {
        guard request.target != "/" else { return WireAnswer(status: 200, reason: "OK", body: Data()) }
        return try state.withLock { state in
            let lost = TransportError.answerLost(Self.endpoint, reason: "reset")
            if request.method != "GET" {
                state.writes.append(request.method)
                if state.connectionOptions == .lostBefore { throw lost }
                if state.connectionOptions != .idle { try Self.carryOut(request, on: &state.objects) }
                if state.connectionOptions == .lostAfterwards { throw lost }
            }
            let list = try JSONEncoder().encode(state.objects)
            let body = #"{"meta":{"rc":"ok"},"data":\#(String(decoding: list, as: UTF8.self))}"#
            return WireAnswer(status: 200, reason: "OK", body: Data(body.utf8))
        }
    }

    private static func carryOut(_ request: WireRequest, on objects: inout [[String: Field]]) throws {
        let id = request.target.split(separator: "/").last.map(String.init)
        let index = objects.firstIndex { $0["_id"] == id.map(Field.text) }
        let fields = try request.body.map { try JSONDecoder().decode([String: Field].self, from: $0) } ?? [:]
        switch (request.method, index) {
        case ("POST", nil): objects.append(fields.merging(["_id": .text("new\(objects.count)")]) { $1 })
        case ("PUT", let index?): objects[index].merge(fields) { $1 }
        case ("DELETE", let index?): objects.remove(at: index)
        default: break
        }
    }
}
