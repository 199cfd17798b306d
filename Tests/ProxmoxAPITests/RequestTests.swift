import Foundation
import HTTPTransport
import Testing

@testable import ProxmoxAPI

@Suite struct `A request` {
    private let guest: GuestID
    private let node: NodeName

    init() throws {
        guest = try GuestID(checking: 150)
        node = try NodeName(checking: "pve1")
    }

    private func sent<Answer>(_ request: Request<Answer>, answer: String = "null") async throws -> WireRequest {
        let wire = Recorded(.ok(answer))
        _ = try await Client(wire)(request)
        return try #require(wire.sent.first)
    }

    @Test(arguments: [
        ("a b", "a%20b"), ("a=b;c&d", "a%3Db%3Bc%26d"), ("+5G", "%2B5G"), ("ü", "%C3%BC"), ("%41", "%2541"),
        ("\n", "%0A"), ("-._~aZ09", "-._~aZ09"), ("name=eth0,ip=dhcp", "name%3Deth0%2Cip%3Ddhcp"), ("", ""),
    ])
    func `escapes everything but ASCII's unreserved characters`(text: String, encoded: String) {
        #expect(PercentEncoding.encode(text) == encoded)
    }

    @Test func `that writes has its parameters in the body`() async throws {
        let network = ["net0": "name=eth0,ip=10.0.0.2/24", "hostname": "mx.example.org"]
        let call = Request.configure(guest, on: node, set: network, delete: ["swap", "tags"], digest: "abc")
        let sent = try await sent(call)
        #expect(sent.method == "PUT" && sent.target == "/api2/json/nodes/pve1/lxc/150/config")
        #expect(
            sent.text
                == "hostname=mx.example.org&net0=name%3Deth0%2Cip%3D10.0.0.2%2F24&delete=swap%2Ctags&digest=abc"
        )
    }

    @Test func `that writes without parameters has an empty body and a length`() async throws {
        let task = #""UPID:pve1:00000C0D:000F1206:69248100:vzstart:150:mx@pve!ctl:""#
        let sent = try await sent(.start(guest, on: node), answer: task)
        #expect(sent.method == "POST" && sent.body == Data())
    }

    @Test func `that deletes has its parameters in the query and no body`() async throws {
        let task = #""UPID:pve1:00000C0D:000F1206:69248100:vzdestroy:150:mx@pve!ctl:""#
        let sent = try await sent(.destroy(guest, on: node, force: false, purge: true), answer: task)
        #expect(sent.method == "DELETE" && sent.target == "/api2/json/nodes/pve1/lxc/150?force=0&purge=1")
        #expect(sent.body == nil)
    }

    @Test func `that reads has its parameters in the query`() async throws {
        let permissions = try await sent(.permissions(on: "/vms/150"), answer: "{}")
        #expect(permissions.target == "/api2/json/access/permissions?path=%2Fvms%2F150" && permissions.body == nil)
        let bridges = try await sent(.bridges(on: node), answer: "[]")
        #expect(bridges.method == "GET" && bridges.target == "/api2/json/nodes/pve1/network?type=any_bridge")
        #expect(try await sent(.storages(on: node), answer: "[]").target == "/api2/json/nodes/pve1/storage")
    }

    @Test func `for a task has the escaped id in its path, and the node of the id`() async throws {
        let task = try TaskID(checking: "UPID:pve2:00000C0D:000F1206:69248100:vzclone:100:mx@pve!ctl:")
        let sent = try await sent(.taskStatus(task), answer: #"{"status":"running"}"#)
        let escaped = "UPID%3Apve2%3A00000C0D%3A000F1206%3A69248100%3Avzclone%3A100%3Amx%40pve%21ctl%3A"
        #expect(sent.target == "/api2/json/nodes/pve2/tasks/\(escaped)/status")
    }

    @Test func `to clone omits unset parameters`() async throws {
        let task = #""UPID:pve1:00000C0D:000F1206:69248100:vzclone:100:mx@pve!ctl:""#
        let template = try GuestID(checking: 100)
        let sent = try await sent(.clone(template, as: guest, on: node, hostname: "mx", full: true), answer: task)
        #expect(sent.target == "/api2/json/nodes/pve1/lxc/100/clone" && sent.text == "newid=150&hostname=mx&full=1")
    }

    @Test func `for a new firewall rule enables the rule by default`() async throws {
        let rule = ["type": "in", "action": "ACCEPT", "macro": "SMTP"]
        let on = try await sent(.addFirewallRule(to: guest, on: node, options: rule))
        #expect(on.text == "action=ACCEPT&enable=1&macro=SMTP&type=in")
        let off = try await sent(.addFirewallRule(to: guest, on: node, options: rule.merging(["enable": "0"]) { $1 }))
        #expect(off.text.contains("enable=0"))
    }

    @Test func `that reads is retried once for each pause`() async throws {
        let lost = TransportError.answerLost(Client.endpoint, reason: "reset")
        let overloaded = WireAnswer(status: 596, reason: "Connection timed out", body: Data())
        let wire = Recorded([.failure(lost), .success(overloaded), .success(.ok(#""150""#)), .success(.ok("151"))])
        #expect(try await Client(wire)(.nextID()) == guest)
        let hopeless = Recorded([.failure(lost), .failure(lost), .failure(lost), .success(.ok("150"))])
        await #expect(throws: APIError(lost)) { try await Client(hopeless)(.nextID()) }
        #expect(hopeless.unused == 1)
    }

    @Test func `that writes is never retried`() async throws {
        let lost = TransportError.unreachable(Client.endpoint, reason: "reset")
        let calls: [Request<Nothing>] = [
            .configure(guest, on: node, set: [:]), .addFirewallRule(to: guest, on: node, options: [:]),
            .deleteFirewallRule(0, of: guest, on: node, digest: "d"),
        ]
        for call in calls {
            let wire = Recorded([.failure(lost), .success(.ok("null"))])
            await #expect(throws: APIError(lost)) { try await Client(wire)(call) }
            #expect(wire.sent.count == 1)
        }
    }
}
