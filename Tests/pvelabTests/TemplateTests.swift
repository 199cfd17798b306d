import Testing

@testable import pvelab

@Suite(.timeLimit(.minutes(10))) struct `A guest that becomes a template` {
    private let node: Node
    private let gateway: Gateway

    init() {
        let settings = APIServer.Settings(host: "", certificate: "", privateKey: "", unauthorizedDelay: .zero)
        var seed = Seed.lab(tokenSecret: "", rootPassword: "")
        seed.access = Asker.access
        node = Node(settings: settings, seed: seed, runtime: HollowRuntime())
        gateway = Gateway(settings: settings, node: node)
    }

    @Test func `has linked clones, and cannot be deleted before them`() async throws {
        #expect(try await finish("POST", "/100/clone", "newid=110") == nil)
        #expect(try await finish("POST", "/110/template") == nil)
        #expect(try await node.guest(110).volume == "local-lvm:base-110-disk-0")
        #expect(try await finish("POST", "/110/clone", "newid=111") == nil)

        let refusal = "base volume 'local-lvm:base-110-disk-0' is still in use by linked clones"
        #expect(try await finish("DELETE", "/110") == refusal)
        #expect(try await finish("DELETE", "/111") == nil)
        #expect(try await finish("DELETE", "/110") == nil)
    }

    @Test func `is rejected while it runs`() async throws {
        #expect(try await finish("POST", "/100/clone", "newid=110") == nil)
        #expect(try await finish("POST", "/110/status/start") == nil)
        let reply = await ask("POST", "/110/template")
        #expect(reply.status == 500 && reply.reason == "you can't convert a running container to a template")
    }

    /// Returns the error of the task that a call starts, or nil if it succeeds, possibly with a warning about nesting.
    private func finish(_ method: String, _ path: String, _ form: String = "") async throws -> String? {
        try #require(await ask(method, path, form).status == 200)
        let task = try #require(await node.tasks.all.max { $0.pid < $1.pid }?.upid)
        await node.workers[task]?.value
        let status = try #require(await node.tasks.all.first { $0.upid == task }?.exitStatus)
        return ["OK", "WARNINGS: 1"].contains(status) ? nil : status
    }

    private func ask(_ method: String, _ path: String, _ form: String = "") async -> Reply {
        let headers = ["authorization": Asker.root.authorization]
        return await gateway.reply(
            to: Request(method: method, target: "/api2/json/nodes/pve2/lxc\(path)", headers: headers, body: form))
    }
}
