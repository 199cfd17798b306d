import Foundation
import HTTPTransport
import ProxmoxAPI
import Synchronization
import Testing

@testable import Alerts
@testable import BackupMX
@testable import ConfigurationFiles
@testable import Diagnostics
@testable import Engine
@testable import Guests
@testable import Resources
@testable import Sites
@testable import pvelab

/// Tasks that Proxmox runs on a guest when a command starts.
@Suite struct `A guest with a running task` {
    private let node = MemoryNode()
    private let folder = Scratch()
    private let site: MemorySite
    private let stateStore: StateStore
    private static let owner = Caller(user: "sitectl@pve", token: "ctl")

    init() throws {
        site = try MemorySite(node)
        stateStore = try StateStore(in: SiteFolder(path: folder.path))
    }

    private func provision(over wire: (any Exchange)? = nil, _ report: @escaping EventHandler = { _ in }) throws
        -> GuestProvision
    {
        GuestProvision(
            host: site.host(node.client(over: wire)), specification: site.site.specification,
            order: try site.site.cloneRequest, stateStore: stateStore, report: report)
    }

    /// Creates a running guest.
    private func madeGuest() async throws -> LocatedGuest {
        try await provision().converge(from: nil).guest
    }

    /// The progress of a destruction when the next command starts.
    enum Destruction: CaseIterable {
        /// The disk is being removed. The guest is only stopped.
        case begun
        /// The guest has left its pool, so all access to it is forbidden.
        case forbidden
        /// Another user started it. That user's tasks are hidden, so only the lock is visible.
        case locked
    }

    @Test(arguments: Destruction.allCases)
    func `is awaited during its destruction and then reported as missing`(_ destruction: Destruction) async throws {
        let guest = try await madeGuest()
        await node.node.beginDestroying(guest.id.rawValue, destruction, by: destruction == .locked ? .root : Self.owner)
        let waits = Mutex<[String]>([])
        // The task ends after the second query.
        let wire = EndingTask(node: node, type: destruction == .locked ? "nextid" : "vzdestroy", id: guest.id.rawValue)
        let found = try await provision(over: wire) { event in
            if case .waiting(let what) = event { waits.withLock { $0.append(what) } }
        }.find()
        #expect(found == nil)
        #expect(waits.withLock(\.self) == ["waiting until guest 110 is destroyed, as requested by an earlier command"])
        #expect(try await provision().converge(from: found).guest.id == guest.id)
    }

    /// A revoked privilege is not a destruction.
    @Test func `is not reported as destroyed if a privilege is missing`() async throws {
        let guest = try await madeGuest()
        await node.node.leave(guest.id.rawValue)
        await #expect(throws: GuestError.self) { try await provision().find() }
    }

    @Test(arguments: ["vzdump", "vzshutdown", "vzsnapshot"])
    func `is started only after the task has ended`(_ type: String) async throws {
        let guest = try await madeGuest()
        try await stop(guest)
        await node.node.begin(type, of: guest.id.rawValue, by: Self.owner)
        let waits = Mutex<[String]>([])
        let wire = EndingTask(node: node, type: type, id: guest.id.rawValue, startsAfter: type != "vzdump")
        let running = try await provision(over: wire) { event in
            if case .waiting(let what) = event { waits.withLock { $0.append(what) } }
        }.running(guest)
        #expect(running.view.isRunning)
        #expect(waits.withLock(\.self) == ["waiting for the task \(type) of sitectl@pve!ctl on guest 110"])
        let starts = node.writes.filter { $0.hasSuffix("/status/start") }.count
        // The setup sends the first start. The second is ours, or another user's, which ours must not follow.
        #expect(starts == 2, "\(node.writes)")
    }

    @Test func `is named if the task does not end`() async throws {
        let guest = try await madeGuest()
        await node.node.begin("vzdump", of: guest.id.rawValue, by: Self.owner)
        var tasks = try provision().tasks
        tasks.limit = .zero
        let error = try await #require(throws: GuestError.self) { try await tasks.awaitIdle(guest) }
        #expect(
            ErrorDescription(error).text.hasPrefix(
                "guest 110 is still busy\n  the task vzdump of sitectl@pve!ctl is running\n→ "))
    }

    @Test func `is awaited while a backup locks it`() async throws {
        let guest = try await madeGuest()
        await node.node.lock(guest.id.rawValue, "backup")
        let unlocking = Task { [node] in
            while !node.calls.contains(where: { $0.contains("/tasks?") && $0.contains("vmid=110") }) {
                await Task.yield()
            }
            await node.node.lock(guest.id.rawValue, nil)
        }
        let idle = try await provision().tasks.awaitIdle(try #require(try await provision().find()))
        await unlocking.value
        #expect(idle?.view.lock == nil)
    }

    /// In Proxmox VE 9.2, the task ends with `TASK OK`, but the guest stays stopped.
    @Test func `ignores a reboot during a shutdown`() async throws {
        let slow = SlowShutdown()
        let node = MemoryNode(runtime: slow)
        let site = try MemorySite(node)
        let client = node.client()
        let guest = try await GuestProvision(
            host: site.host(client), specification: site.site.specification, order: try site.site.cloneRequest,
            stateStore: stateStore, report: { _ in }
        ).converge(from: nil).guest
        let host = site.host(client)
        let shutdown = try await client(.shutdown(guest.id, on: guest.node, timeout: 60, forceStop: true))
        while await !slow.isAsked { await Task.yield() }
        let reboot = try await client(.reboot(guest.id, on: guest.node, timeout: 60))
        await slow.letGo()
        try await host.finish(shutdown, "stop", within: .seconds(30))
        try await host.finish(reboot, "reboot", within: .seconds(30))
        #expect(try await host.view(of: guest.id, on: guest.node)?.isRunning == false)
    }

    private func stop(_ guest: LocatedGuest) async throws {
        let host = site.host(node.client())
        let task = try await host.client(.shutdown(guest.id, on: guest.node, timeout: 1, forceStop: true))
        try await host.finish(task, "stop", within: .seconds(30))
    }

    /// A guest that shuts down only when the test releases it.
    private actor SlowShutdown: GuestRuntime {
        private let plain = HollowRuntime()
        private(set) var isAsked = false
        private var isLetGo = false

        func letGo() { isLetGo = true }
        func clone(_ source: Int, to new: Int, layered: Bool) async {
            await plain.clone(source, to: new, layered: layered)
        }
        func start(_ id: Int, configuration: GuestConfiguration) async {
            await plain.start(id, configuration: configuration)
        }
        func stop(_ id: Int) async { await plain.stop(id) }
        func shutdown(_ id: Int, timeout: Int) async -> Bool {
            isAsked = true
            while !isLetGo { await Task.yield() }
            return await plain.shutdown(id, timeout: timeout)
        }
        func destroy(_ id: Int) async { await plain.destroy(id) }
        func reconfigure(_ id: Int, configuration: GuestConfiguration) {}
        func isRunning(_ id: Int) async -> Bool { await plain.isRunning(id) }
        func initProcess(_ id: Int) -> Int? { nil }
        func interfaces(_ id: Int) -> [GuestInterface] { [] }
    }

    /// Ends the guest's tasks after the second query for them.
    private final class EndingTask: Exchange {
        let node: MemoryNode
        let type: String
        let id: Int
        /// Whether another user has started the guest at that time.
        let startsAfter: Bool
        private let asked = Mutex(0)

        init(node: MemoryNode, type: String, id: Int, startsAfter: Bool = false) {
            (self.node, self.type, self.id, self.startsAfter) = (node, type, id, startsAfter)
        }

        func send(_ request: WireRequest) async throws -> WireAnswer {
            let isAsked = request.target.contains(type == "nextid" ? "/nextid" : "/tasks?")
            if isAsked,
                asked.withLock({
                    $0 += 1; return $0
                }) == 2
            {
                if type == "vzdestroy" || type == "nextid" { await node.node.forget(id) }
                await node.node.endTasks()
                if startsAfter {
                    let host = try MemorySite(node).host(node.client())
                    let guest = try GuestID(checking: id)
                    let task = try await host.client(.start(guest, on: NodeName(checking: "pve2")))
                    try await host.finish(task, "start", within: .seconds(30))
                }
            }
            return try await node.send(request)
        }
    }
}

extension Node {
    fileprivate func begin(_ type: String, of id: Int, by owner: Caller) {
        _ = tasks.begin(type, id: String(id), by: owner, on: name)
    }

    fileprivate func beginDestroying(
        _ id: Int, _ destruction: `A guest with a running task`.Destruction, by owner: Caller
    ) async {
        try? await runtime.stop(id)
        begin("vzdestroy", of: id, by: owner)
        switch destruction {
        case .begun: break
        case .forbidden: leave(id)
        case .locked: lock(id, "destroyed")
        }
    }

    fileprivate func lock(_ id: Int, _ lock: String?) { guests[id]?.options["lock"] = lock }

    fileprivate func endTasks() {
        for task in tasks.all where task.end == nil { tasks.end(task.upid, "TASK OK") }
    }
}
