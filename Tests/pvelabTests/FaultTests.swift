import Foundation
import Testing

@testable import pvelab

@Suite(.timeLimit(.minutes(10))) struct `Calls with an injected fault` {
    private static let clone = "/nodes/pve2/lxc/100/clone"
    private let runtime = RuntimeDouble()
    private let node: Node
    private let gateway: Gateway

    init() {
        var settings = APIServer.Settings(host: "", certificate: "", privateKey: "")
        (settings.patience, settings.unauthorizedDelay) = (.zero, .zero)
        var seed = Seed.lab(tokenSecret: "", rootPassword: "")
        seed.access = Asker.access
        node = Node(settings: settings, seed: seed, runtime: runtime)
        gateway = Gateway(settings: settings, node: node)
    }

    @Test func `a fault affects one call of its method and path`() async {
        await node.order(APIFault(method: "GET", path: "/version", kind: .timedOut))
        #expect(await ask("GET", "/nodes").status == 200)
        let reply = await ask("GET", "/version")
        #expect(reply.status == 596)
        #expect(reply.reason == "Connection timed out")
        #expect(await ask("GET", "/version").status == 200)
    }

    @Test func `a fault for one token does not affect others`() async {
        await node.order(APIFault(method: "GET", path: "/version", kind: .refused, token: "mx@pve!prov"))
        #expect(await ask("GET", "/version").status == 200)
        #expect(await ask("GET", "/version", by: .mx).status == 500)
        #expect(await ask("GET", "/version", by: .mx).status == 200)
    }

    typealias Refusal = (kind: APIFault.Kind, status: Int, reason: String)
    static let refusals: [Refusal] = [
        (.undelivered, 595, "No route to host"),
        (.refused, 500, "unable to fork worker - Cannot allocate memory"),
        (.noQuorum, 500, "cluster not ready - no quorum?"),
        (.revoked, 401, "Authentication failed!"),
    ]

    @Test(arguments: refusals)
    func `a refused call is not executed`(_ refusal: Refusal) async {
        await node.order(APIFault(method: "POST", path: Self.clone, kind: refusal.kind))
        let reply = await ask("POST", Self.clone, "newid=110")
        #expect(reply.status == refusal.status && reply.reason == refusal.reason)
        #expect(await node.guests[110] == nil)
    }

    @Test func `an unheard call is not executed, and a removed fault has no effect`() async {
        await node.order(APIFault(method: "POST", path: "/nodes/*/lxc/100/clone", kind: .unheard))
        #expect(await ask("POST", Self.clone, "newid=110").damage == .unsent)
        #expect(await node.guests[110] == nil)
        await node.order(APIFault(method: "GET", path: "/version", kind: .undelivered))
        await node.order(APIFault(method: "GET", path: "/version", kind: .none))
        #expect(await ask("GET", "/version").status == 200)
    }

    @Test func `a lost quorum does not prevent reading`() async {
        await node.order(APIFault(method: "GET", path: "/version", kind: .noQuorum))
        #expect(await ask("GET", "/version").status == 200)
    }

    @Test func `an unacknowledged worker runs`() async throws {
        await node.order(APIFault(method: "POST", path: Self.clone, kind: .unacknowledged))
        let reply = await ask("POST", Self.clone, "newid=110")
        #expect(reply.status == 500)
        #expect(reply.reason == "can't lock file '/var/log/pve/tasks/.active.lock' - got timeout")
        try await node.end(await node.tasks.all.map(\.upid), runtime)
        #expect(try await node.guest(110).lock == nil)
        #expect(await node.tasks.all.map(\.exitStatus) == ["WARNINGS: 1"])
    }

    @Test func `a killed worker leaves its locks and no final log line`() async throws {
        await node.order(APIFault(method: "POST", path: Self.clone, kind: .killed))
        #expect(await ask("POST", Self.clone, "newid=110").status == 200)
        #expect(await node.tasks.all.map(\.exitStatus) == ["unexpected status"])
        #expect(try await node.guest(100).lock == "disk")
        #expect(try await node.guest(110).lock == "create")
        #expect(await ask("DELETE", "/nodes/pve2/lxc/110").reason == "CT is locked (create)")
    }

    @Test func `a stale lock blocks the same calls as on a real node`() async {
        await node.order(APIFault(method: "POST", path: Self.clone, kind: .locked))
        #expect(await ask("POST", Self.clone, "newid=110").reason == "CT is locked (disk)")
        #expect(await ask("POST", Self.clone, "newid=110").reason == "CT is locked (disk)")
        #expect(await node.pct(["unlock", "100"]).status == 0)
        #expect(await ask("POST", Self.clone, "newid=110").status == 200)
    }

    @Test func `with parameters match only calls that have them`() async throws {
        await node.order(APIFault(method: "POST", path: Self.clone + "?newid=111&full=1", kind: .full))
        #expect(await ask("POST", Self.clone, "newid=110&full=1").status == 200)
        try await node.end(await node.tasks.all.map(\.upid), runtime)
        #expect(await ask("POST", Self.clone, "newid=111&full=1").status == 200)
        try await node.end(await node.tasks.all.map(\.upid), runtime)
        #expect(await node.guests[110] != nil)
        #expect(await node.guests[111] == nil)
    }

    @Test func `a clone to a full storage fails in its task and leaves nothing`() async throws {
        await node.order(APIFault(method: "POST", path: Self.clone, kind: .full))
        #expect(await ask("POST", Self.clone, "newid=110&full=1").status == 200)
        try await node.end(await node.tasks.all.map(\.upid), runtime)
        let task = try #require(await node.tasks.all.first)
        #expect(task.exitStatus?.hasPrefix("clone failed: command 'rsync") == true)
        #expect(task.log.contains { $0.contains("No space left on device") })
        #expect(await node.guests[110] == nil)
        #expect(try await node.guest(100).lock == nil)
    }

    @Test func `a fault from the control socket is accepted, or rejected by its arguments`() async {
        #expect(await node.orderFault(["GET", "/version", "timed-out"]).status == 0)
        #expect(await ask("GET", "/version").status == 596)
        let refused = await node.orderFault(["GET", "/version", "eaten"])
        #expect(refused.status == 64)
        #expect(refused.error == "pvelab: unknown fault `GET /version eaten`\n")
    }

    private func ask(
        _ method: String, _ path: String, _ form: String = "", by asker: Asker = .root
    ) async -> Reply {
        let headers = ["authorization": asker.authorization]
        return await gateway.reply(
            to: Request(method: method, target: "/api2/json" + path, headers: headers, body: form)
        )
    }
}

extension Node {
    /// Lets the workers continue, and waits for their end.
    fileprivate func end(_ upids: [String], _ runtime: RuntimeDouble) async throws {
        for upid in upids {
            while workers[upid] != nil {
                await runtime.release()
                await Task.yield()
            }
        }
    }
}
