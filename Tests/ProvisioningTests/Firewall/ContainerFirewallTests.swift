import Foundation
import HTTPTransport
import ProxmoxAPI
import Synchronization
import Testing

@testable import Alerts
@testable import BackupMX
@testable import ConfigurationFiles
@testable import Engine
@testable import Guests
@testable import Ingress
@testable import Resources
@testable import Sites

/// A node with the firewall of one guest. It accepts what pve-firewall accepts, and records every change.
private final class FirewalledNode: Exchange {
    struct State {
        var datacenter: WireAnswer = .ok(#"{"enable":1}"#)
        var options: [String: String] = [:]
        var rules: [[String: String]] = []
        var written: [String] = []
        /// Makes the next change conflict with a change of another client.
        var conflicts = 0
    }

    let state: Mutex<State>
    init(_ state: State = State()) { self.state = Mutex(state) }

    func send(_ request: WireRequest) throws -> WireAnswer {
        try state.withLock { state in
            let target = request.target.split(separator: "?")
            let path = target[0].split(separator: "/").map(String.init)
            let form = request.body.map { String(decoding: $0, as: UTF8.self) } ?? target.dropFirst().joined()
            if path.contains("cluster") { return state.datacenter }
            guard request.method != "GET" else {
                return path.last == "options"
                    ? .ok(try Self.json(state.options))
                    : .ok("[\(try state.rules.enumerated().map { try Self.json($1, $0) }.joined(separator: ","))]")
            }
            if state.conflicts > 0 {
                state.conflicts -= 1
                return WireAnswer(status: 500, reason: "detected modified configuration - file changed", body: Data())
            }
            state.written.append("\(request.method) \(path.dropFirst(7).joined(separator: "/")) \(form)")
            var values = Self.values(form)
            if path.last == "options" {
                values["digest"] = nil
                state.options.merge(values) { $1 }
            } else if request.method == "POST" {
                state.rules.insert(values, at: 0)
            } else if let position = Int(path.last ?? "") {
                try Self.change(&state.rules, at: position, values, request.method)
            }
            return .ok("null")
        }
    }

    private static func change(
        _ rules: inout [[String: String]], at position: Int, _ values: [String: String], _ method: String
    ) throws {
        let rule = rules[position]
        if method == "DELETE" {
            rules.remove(at: position)
        } else if let target = values["moveto"].flatMap({ Int($0) }) {
            rules.remove(at: position)
            rules.insert(rule, at: min(target > position ? target - 1 : target, rules.count))
        } else {
            rules[position].merge(values.filter { !["digest", "delete"].contains($0.key) }) { $1 }
            for key in values["delete"]?.split(separator: ",") ?? [] { rules[position][String(key)] = nil }
        }
    }

    private static func values(_ form: String) -> [String: String] {
        let pairs = form.split(separator: "&").map { $0.split(separator: "=", omittingEmptySubsequences: false) }
        return Dictionary(uniqueKeysWithValues: pairs.map { (String($0[0]), $0[1].removingPercentEncoding ?? "") })
    }

    private static func json(_ values: [String: String], _ position: Int? = nil) throws -> String {
        var members = values
        members["digest"] = "d"
        members["pos"] = position.map(String.init)
        return String(decoding: try JSONEncoder().encode(members), as: UTF8.self)
    }
}

extension WireAnswer {
    fileprivate static func ok(_ data: String) -> WireAnswer {
        WireAnswer(status: 200, reason: "OK", body: Data(#"{"data":\#(data)}"#.utf8))
    }
}

@Suite struct `A guest's firewall in Proxmox` {
    private let node = FirewalledNode()
    private let notes = Notes()

    private func firewall(_ note: @escaping EventHandler = { _ in }) throws -> ContainerFirewall {
        let client = Client(
            endpoint: Endpoint(host: "node.test", port: 8006), credentials: .token(id: "a@pve!up", secret: "s"),
            wire: node)
        return ContainerFirewall(
            client: client, standing: [.ssh(22)], published: [.smtp], report: note, period: .zero)
    }

    /// - Parameter isFresh: Whether no step has run in the guest yet.
    private func guest(isFresh: Bool = true) throws -> LocatedGuest {
        let record = isFresh ? HostKeyRecord.inherited(announced: []) : .own(["ssh-ed25519 AAAA"])
        return LocatedGuest(
            id: try GuestID(checking: 110), node: try NodeName(checking: "pve2"),
            view: GuestView(options: ["description": record.written(into: "")], digest: nil, isRunning: true))
    }

    private var written: [String] { node.state.withLock(\.written) }

    @Test func `allows ssh before it is enabled and mail when it is published, each once`() async throws {
        let firewall = try firewall()
        let guest = try guest()
        let planned = try await firewall.plan(for: guest)
        let prepared = try await firewall.prepare(for: guest)
        #expect(written.map { $0.prefix { $0 != " " } } == ["POST", "PUT"])
        #expect(written.last == "PUT options enable=1&digest=d")
        #expect(node.state.withLock(\.rules).map { $0["macro"] } == ["SSH"])
        let published = try await firewall.publish(for: guest, after: .passing)
        #expect(Set(prepared + (published ?? [])) == Set(planned))
        #expect(node.state.withLock(\.rules).map { $0["macro"] } == ["SMTP", "SSH"])

        let count = written.count
        let live = try self.guest(isFresh: false)
        #expect(try await firewall.prepare(for: live) == [])
        #expect(try await firewall.publish(for: live, after: .failing) == [], "no change needs no proof")
        #expect(try await firewall.plan(for: guest) == [])
        #expect(written.count == count)
    }

    @Test func `is planned without an existing guest`() async throws {
        let changes = try await firewall().plan(for: nil)
        #expect(changes.map(\.subject) == ["ssh", "smtp", "firewall"])
    }

    @Test func `removes a template's rule for mail but keeps one that was published before`() async throws {
        let own = ["type": "in", "action": "ACCEPT", "enable": "1", "macro": "SMTP", "comment": "mxprovision smtp"]
        node.state.withLock { $0.rules = [own] }
        #expect(try await firewall().prepare(for: guest(isFresh: false)).map(\.subject) == ["ssh", "firewall"])
        #expect(node.state.withLock(\.rules).contains(own))
        _ = try await firewall().prepare(for: guest())
        #expect(!node.state.withLock(\.rules).contains(own))
    }

    @Test func `puts its rules between other rules by what those refuse, and keeps those`() async throws {
        let block = ["type": "in", "action": "DROP", "enable": "1", "source": "203.0.113.0/24"]
        let drop = ["type": "in", "action": "DROP", "enable": "1"]
        node.state.withLock { $0.rules = [block, drop] }
        let firewall = try firewall()
        _ = try await firewall.prepare(for: guest())
        _ = try await firewall.publish(for: guest(), after: .passing)
        let rules = node.state.withLock(\.rules)
        #expect(rules.map { $0["macro"] ?? $0["source"] ?? "all" } == ["203.0.113.0/24", "SMTP", "SSH", "all"])
        _ = try await firewall.withdraw(from: guest(), now: true)
        #expect(node.state.withLock(\.rules).map { $0["macro"] ?? "" } == ["", "SSH", ""])
    }

    @Test func `replaces an ACCEPT policy by DROP`() async throws {
        node.state.withLock { $0.options = ["enable": "1", "policy_in": "ACCEPT"] }
        _ = try await firewall().prepare(for: guest())
        #expect(node.state.withLock(\.options)["policy_in"] == "DROP")
    }

    @Test func `reads the rules again if another client has changed them`() async throws {
        node.state.withLock { $0.conflicts = 2 }
        #expect(try await firewall().prepare(for: guest()).map(\.subject) == ["ssh", "firewall"])
    }

    @Test func `is an error if the datacenter's firewall is off`() async throws {
        node.state.withLock { $0.datacenter = .ok(#"{"digest":"d"}"#) }
        await #expect(throws: FirewallError.datacenterOff) { try await firewall().prepare(for: guest()) }
        await #expect(throws: FirewallError.datacenterOff) { try await firewall().plan(for: nil) }
        #expect(written == [])
    }

    @Test func `reports what is not visible if the datacenter's firewall cannot be read`() async throws {
        let reason = "Permission check failed (/, Sys.Audit)"
        node.state.withLock { $0.datacenter = WireAnswer(status: 403, reason: reason, body: Data()) }
        let firewall = try firewall(notes.note)
        #expect(try await firewall.prepare(for: guest()).map(\.subject) == ["ssh", "firewall"])
        #expect(notes.texts.first?.contains("a@pve!up lacks Sys.Audit on /") == true)
    }
}
