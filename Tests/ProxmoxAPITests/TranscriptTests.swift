import Foundation
import HTTPTransport
import Testing

@testable import ProxmoxAPI

@Suite
struct `Responses of a real Proxmox` {
    @Test(arguments: Transcript.all)
    func `each successful response is decoded by its call`(transcript: Transcript) async throws {
        var readable = 0
        for exchange in try transcript.exchanges() where exchange.answer.status == 200 {
            guard let read = Self.reader(of: exchange) else { continue }
            do {
                try await read(Client(Recorded(exchange.answer)))
                readable += 1
            } catch {
                Issue.record(error, "\(exchange.name): \(exchange.method) \(exchange.path)")
            }
        }
        #expect(readable >= transcript.readable)
    }

    @Test(arguments: Transcript.all)
    func `each error response becomes an error with the node's text`(transcript: Transcript) async throws {
        var refusals = 0
        for exchange in try transcript.exchanges() where exchange.answer.status >= 400 {
            let error = APIError(exchange.answer, from: Client.endpoint, who: "mx@pve!ctl")
            let said = exchange.answer.reason
            #expect(Self.fits(error, exchange.answer.status), "\(exchange.name): \(error)")
            #expect(
                "\(error)".contains(said.prefix { $0 != "'" && $0 != "\"" && $0 != "\\" }), "\(exchange.name): \(error)"
            )
            refusals += 1
        }
        #expect(refusals >= 75)
    }

    @Test(arguments: Transcript.all)
    func `a network device is printed as Proxmox prints it`(transcript: Transcript) async throws {
        var devices = 0
        for exchange in try transcript.exchanges() where exchange.method == "GET" && exchange.path.hasSuffix("/config")
        {
            guard exchange.answer.status == 200 else { continue }
            let call = Request<Configuration>.configuration(
                of: try GuestID(checking: 200), on: try NodeName(checking: "n"))
            let configuration = try await Client(Recorded(exchange.answer))(call)
            guard let text = configuration.options["net0"] else { continue }
            #expect(try #require(configuration.net(0)).description == text)
            devices += 1
        }
        #expect(devices >= 15)
    }

    private static func fits(_ error: APIError, _ status: Int) -> Bool {
        switch (error, status) {
        case (.invalid, 400), (.unauthorized, 401), (.forbidden, 403), (.missing, 403): true
        case (.missing, 500), (.taken, 500), (.locked, 500), (.modified, 500), (.alreadyRunning, 500),
            (.notRunning, 500):
            true
        case (.refused(let told, _), _): told == status && ![400, 401, 403].contains(status)
        case (.unreachable, 595), (.answerLost, 596...599): true
        default: false
        }
    }

    private typealias Read = (Client) async throws -> Void

    /// Decodes a response with the type of its call in the product; nil for endpoints that it never calls.
    private static func reader(of exchange: Transcript.Exchange) -> Read? {
        // The product requests no compression. This response was requested manually, and JSON cannot contain its bytes.
        guard exchange.name != "gzip accepted" else { return nil }
        let segments = exchange.path.split(separator: "/").map(String.init)
        func call<Answer: Decodable & Sendable>(_ answer: Answer.Type) -> Read {
            { client in _ = try await client(Request<Answer>(.get, segments)) }
        }
        switch (
            exchange.method, segments.first, segments.dropFirst(2).first, segments.dropFirst(4).joined(separator: "/")
        ) {
        case ("GET", "version", _, _): return call(Version.self)
        case ("GET", "nodes", nil, _) where segments.count == 1: return call([NodeSummary].self)
        case ("GET", "access", _, _) where segments.last == "permissions": return call(Permissions.self)
        case ("GET", "cluster", _, _) where segments.last == "nextid": return call(GuestID.self)
        case ("GET", "cluster", _, _) where segments.last == "resources": return call([ClusterResource].self)
        case ("GET", "cluster", _, _) where segments.last == "tasks": return call([TaskSummary].self)
        case ("GET", _, "lxc", "") where segments.count == 3: return call([ContainerSummary].self)
        case ("GET", _, "lxc", "config"): return call(Configuration.self)
        case ("GET", _, "lxc", "status/current"): return call(ContainerStatus.self)
        case ("GET", _, "lxc", "interfaces"): return call(NetworkInterfaces.self)
        case ("GET", "cluster", "options", _): return call(FirewallOptions.self)
        case ("GET", _, "lxc", "firewall/options"): return call(FirewallOptions.self)
        case ("GET", _, "lxc", "firewall/rules"): return call([FirewallRule].self)
        case ("GET", _, "lxc", "firewall/rules/0"): return call(FirewallRule.self)
        case ("GET", _, "tasks", "") where segments.count == 3: return call([TaskSummary].self)
        case ("GET", _, "tasks", "status"): return call(TaskStatus.self)
        case ("GET", _, "tasks", "log"): return call(TaskLog.self)
        case ("POST", _, "lxc", "clone"), ("DELETE", _, "lxc", ""): return call(TaskID.self)
        case ("POST", _, "lxc", let action) where action.hasPrefix("status/"): return call(TaskID.self)
        case ("PUT", _, "lxc", "config"), ("PUT", _, "lxc", "firewall/options"): return call(Nothing.self)
        case (_, _, "lxc", let rules) where rules.hasPrefix("firewall/rules"): return call(Nothing.self)
        case ("DELETE", _, "tasks", ""): return call(Nothing.self)
        default: return nil
        }
    }
}
