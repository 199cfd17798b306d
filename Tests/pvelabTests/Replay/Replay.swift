import Foundation
import Testing

@testable import pvelab

/// Sends the recorded requests to the lab, in the same order.
final class Replay {
    let runtime = RuntimeDouble()
    let node: Node
    let release: APIServer.Release
    private let gateway: Gateway
    /// The lab's values for those of the real one: tasks, digests, tickets.
    private var names: [String: String] = [:]
    private var occurrences: [String: Int] = [:]
    private let nodeName: String

    init(_ release: APIServer.Release) {
        nodeName = release == .v9_2 ? "pve9" : "pve1"
        self.release = release
        let settings = APIServer.Settings(
            node: nodeName,
            host: "",
            certificate: "",
            privateKey: "",
            release: release,
            unauthorizedDelay: .zero
        )
        node = Node(settings: settings, seed: .recorded, runtime: runtime)
        gateway = Gateway(settings: settings, node: node)
    }

    /// Returns the difference, or nil if the lab responds as the real one.
    func difference(in exchange: Recorded) async throws -> String? {
        let count = occurrences[exchange.name, default: 0] + 1
        occurrences[exchange.name] = count
        try await Arrangement.before(count == 1 ? exchange.name : "\(exchange.name)#\(count)", self)
        guard exchange.method != nil, LeftOut.reason(unasked: exchange) == nil else { return nil }
        if let upid = exchange.upid, names[upid] == nil { try await begin(upid) }
        if exchange.tellsOfEnd {
            await endCopies()
        }
        let reply = await gateway.reply(to: try await request(exchange))
        await node.settle(copies: false)
        let answer = try? JSONSerialization.jsonObject(with: Data(reply.body.utf8), options: .fragmentsAllowed)
        learn(exchange.data, (answer as? [String: Any])?["data"])
        return exchange.difference(from: reply, answer ?? (reply.body.isEmpty ? nil : reply.body))
    }

    /// Lets waiting copies continue, and waits for their end.
    func endCopies() async {
        await runtime.release()
        await node.settle(copies: true)
    }

    /// A task of which only the end was recorded.
    private func begin(_ upid: String) async throws {
        let fields = upid.split(separator: ":", omittingEmptySubsequences: false)
        guard fields.count > 7 else { return }
        let path = "/api2/json/nodes/\(nodeName)/lxc/\(fields[6])"
        var request: Request
        switch fields[5] {
        case "vzdestroy": request = Request(method: "DELETE", target: path + "?force=1&purge=1")
        case "vzstart", "vzstop", "vzshutdown", "vzreboot":
            request = Request(method: "POST", target: path + "/status/\(fields[5].dropFirst(2))")
        default: return
        }
        request.headers["authorization"] = Asker.root.authorization
        let reply = await gateway.reply(to: request)
        let answer = try JSONSerialization.jsonObject(with: Data(reply.body.utf8)) as? [String: Any]
        learn(upid, answer?["data"])
    }

    private func learn(_ recorded: Any?, _ answered: Any?) {
        if let recorded = recorded as? String, let answered = answered as? String, recorded.hasPrefix("UPID:") {
            names[recorded] = answered
        }
        guard let recorded = recorded as? [String: Any], let answered = answered as? [String: Any] else { return }
        for key in ["digest", "ticket"] {
            if let old = recorded[key] as? String, let new = answered[key] as? String { names[old] = new }
        }
    }

    private func request(_ exchange: Recorded) async throws -> Request {
        var request = Request(method: exchange.method ?? "GET", target: exchange.target)
        if let upid = exchange.upid, let name = names[upid] {
            for (old, new) in [(upid, name), (upid.escaped, name.escaped)] {
                request.target = request.target.replacingOccurrences(of: old, with: new)
            }
        }
        request.headers = try await credentials(for: exchange)
        if let body = exchange.body {
            request.body = body
            request.headers["content-type"] = exchange.bodyType
        } else if request.method == "POST" || request.method == "PUT" {
            let parameters = exchange.parameters.mapValues { value in
                (value as? String).flatMap { names[$0] } ?? value
            }
            if parameters.values.contains(where: isSwitch) {
                request.body = String(decoding: try JSONSerialization.data(withJSONObject: parameters), as: UTF8.self)
                request.headers["content-type"] = "application/json"
            } else {
                request.body = parameters.map { "\($0.escaped)=\("\($1)".escaped)" }.joined(separator: "&")
            }
        }
        return request
    }

    private func credentials(for exchange: Recorded) async throws -> [String: String] {
        let authorization = Asker(exchange).authorization
        switch exchange.name {
        case "no auth POST": return [:]
        case "bad token secret": return ["authorization": authorization + "0"]
        case "scheme with space (PVEAPIToken xxx)":
            return ["authorization": authorization.replacing("PVEAPIToken=", with: "PVEAPIToken ")]
        case "ticket in Authorization header":
            return ["authorization": "PVEAuthCookie=" + (try await ticket("mx@pve")["ticket"] ?? "").escaped]
        case let name where name.hasPrefix("ticket GET"), let name where name.hasPrefix("ticket POST"):
            let ticket = try await ticket("mx@pve")
            var headers = ["cookie": "PVEAuthCookie=\(ticket["ticket"] ?? "")"]
            if name.contains("good CSRF") { headers["csrfpreventiontoken"] = ticket["CSRFPreventionToken"] }
            return headers
        case let name where name.contains("real root"):
            let ticket = try await ticket("root@pam")
            return [
                "cookie": "PVEAuthCookie=\((ticket["ticket"] ?? "").escaped)",
                "csrfpreventiontoken": ticket["CSRFPreventionToken"] ?? "",
            ]
        default: return ["authorization": authorization]
        }
    }

    private func ticket(_ user: String) async throws -> [String: String] {
        let form = "username=\(user)&password=\(Asker.passwords[user] ?? "")"
        let reply = await gateway.reply(to: Request(method: "POST", target: "/api2/json/access/ticket", body: form))
        let answer = try JSONSerialization.jsonObject(with: Data(reply.body.utf8)) as? [String: Any]
        return (answer?["data"] as? [String: Any] ?? [:]).compactMapValues { $0 as? String }
    }
}

extension String {
    fileprivate var escaped: String {
        addingPercentEncoding(withAllowedCharacters: .alphanumerics.union(CharacterSet(charactersIn: "-._~"))) ?? self
    }
}

extension Node {
    /// Waits for the end of its workers, except copies that must be observed.
    fileprivate func settle(copies: Bool) async {
        while tasks.all.contains(where: { $0.end == nil && (copies || $0.type != "vzclone") }) { await Task.yield() }
    }
}
