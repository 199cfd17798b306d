import Foundation
import ProxmoxAPI
import Synchronization
import Testing

@testable import Alerts
@testable import BackupMX
@testable import ConfigurationFiles
@testable import Engine
@testable import Guests
@testable import Resources
@testable import Sites
@testable import pvelab

/// Two machines that manage one site, with the lab's API without a network.
@Suite struct `A site's lease` {
    private func machines(
        _ node: MemoryNode, _ changes: [String: String] = [:]
    ) throws -> (ada: Machine, bob: Machine) {
        (try Machine("ada@desk", node, changes), try Machine("bob@sofa", node, changes))
    }

    private func guest(on node: MemoryNode) async throws -> LocatedGuest {
        try await Machine("maker", node).converge()
    }

    @Test func `is granted to one of two machines that request it at the same time, 50 times`() async throws {
        let node = MemoryNode()
        var seen = try await guest(on: node)
        for _ in 1...50 {
            let (ada, bob) = try machines(node)
            let leases = [try ada.lease(), try bob.lease()]
            let outcomes = await withTaskGroup { [seen] group in
                for lease in leases { group.addTask { await result { try await lease.take(seen) } } }
                return await group.reduce(into: []) { $0.append($1) }
            }
            let held = outcomes.compactMap { outcome -> SiteLock.Held? in
                if case .failure(let error) = outcome { error as? SiteLock.Held } else { nil }
            }
            #expect(held.count == 1, "\(outcomes)")
            #expect(held.first?.by?.command == "up" && held.first?.until != nil)
            // Released at the end of an empty run.
            for lease in leases { try await lease.during {} }
            seen = try #require(try await ada.find())
            #expect(Lease(in: seen.notes) == nil)
        }
    }

    @Test func `is not taken, and nothing is written, if nothing has to change`() async throws {
        let node = MemoryNode()
        let seen = try await guest(on: node)
        let writes = node.writes
        let ada = try Machine("ada@desk", node)
        let lease = try ada.lease()
        try await lease.during { _ = try await ada.provision(lease).converge(from: seen) }
        #expect(node.writes == writes)
    }

    /// A run that changes the configuration knows the current digest when it releases the lease.
    @Test(arguments: [["cores: 2": "cores: 3"], ["cores: 2": "cores: 3", "memory: 768": "memory: 1024"]])
    func `is released at the first attempt after a configuration change`(_ changes: [String: String]) async throws {
        let node = MemoryNode()
        let made = try Machine("maker", node)
        let creating = try made.lease()
        try await creating.during { _ = try await made.provision(creating).converge(from: nil) }
        let before = node.writes.count
        let ada = try Machine("ada@desk", node, changes)
        let found = try #require(try await ada.find())
        let lease = try ada.lease()
        try await lease.during { _ = try await ada.provision(lease).converge(from: found) }
        #expect(Lease(in: try await ada.notes()) == nil)
        let writes = node.writes.dropFirst(before)
        // Acquire, change, release.
        #expect(writes.count == 3 && writes.allSatisfy { $0.hasSuffix("/lxc/110/config") }, "\(writes)")
    }

    @Test func `is released at the first attempt after a clone`() async throws {
        let node = MemoryNode()
        let ada = try Machine("ada@desk", node)
        let lease = try ada.lease()
        try await lease.during { _ = try await ada.provision(lease).converge(from: nil) }
        // Clone, confirm its lease, configure, start, release the lease.
        #expect(node.writes.count == 5, "\(node.writes)")
    }

    @Test func `shows the second operator its holder, start, command and expiry`() async throws {
        let node = MemoryNode()
        let seen = try await guest(on: node)
        let (ada, bob) = try machines(node)
        let hers = try ada.lease("rebuild")
        _ = try await hers.take(seen)
        let found = try #require(try await bob.find())
        let error = await #expect(throws: SiteLock.Held.self) {
            try await bob.provision(try bob.lease()).converge(from: found)
        }
        let standing = try #require(Lease(in: found.notes))
        #expect(error == SiteLock.Held(site: "one", by: standing.holder, until: standing.until))
        #expect(standing.holder.who == "ada@desk" && standing.holder.command == "rebuild")
        #expect(standing.until.timeIntervalSince(standing.holder.since) == 300)
    }

    /// Her run happened between his query and his change. The digest differs, so his plan is outdated.
    @Test func `is not taken with a view that is older than another run`() async throws {
        let node = MemoryNode()
        let old = try await guest(on: node)
        let (ada, bob) = try machines(node)
        let hers = try ada.lease()
        try await hers.during { _ = try await hers.take(old) }
        let his = try bob.lease()
        try await his.during {
            let now = try await his.take(old)
            #expect(Lease(in: now.notes)?.holder.who == "bob@sofa")
            #expect(await his.followsAnother)
        }
        let again = try bob.lease()
        try await again.during {
            _ = try await again.take(try #require(try await bob.find()))
            #expect(await !again.followsAnother, "the last run was from this machine")
        }
    }

    /// The node's clock counts, not the clocks of the two machines.
    @Test(arguments: [-30 * 86400, 0, 30 * 86400])
    func `of a crashed machine can be retaken by it at once and by others after it expires`(ahead: Int) async throws {
        let node = MemoryNode()
        let start = Date().addingTimeInterval(TimeInterval(ahead))
        node.clock.withLock { $0 = start }
        let seen = try await guest(on: node)
        let (ada, bob) = try machines(node)
        _ = try await ada.host.client(.version())
        _ = try await ada.lease(for: .seconds(3600)).take(seen)
        let found = try #require(try await bob.find())
        await #expect(throws: SiteLock.Held.self) { try await bob.lease().take(found) }
        let again = try await ada.lease(for: .seconds(3600)).take(found)
        // Her run crashed again, with the next lease on disk but not yet in the notes.
        let standing = Lease(in: again.notes)?.id
        let path = "/nodes/pve2/lxc/\(again.id)/config"
        await node.node.order(APIFault(method: "PUT", path: path, kind: .refused))
        await #expect(throws: (any Error).self) { try await ada.lease(for: .seconds(3600)).take(again) }
        #expect(Lease(in: try await ada.notes())?.id == standing)
        _ = try await ada.lease(for: .seconds(3600)).take(again)

        node.clock.withLock { $0 = start.addingTimeInterval(8000) }
        let later = try #require(try await bob.find())
        let his = try await bob.lease().take(later)
        #expect(Lease(in: his.notes)?.holder.who == "bob@sofa")
    }

    @Test func `is renewed while the run lasts and released at its end`() async throws {
        let node = MemoryNode()
        let seen = try await guest(on: node)
        let (ada, bob) = try machines(node)
        let lease = try ada.lease(for: .seconds(4))
        try await lease.during {
            let found = try await lease.take(seen)
            let taken = try #require(Lease(in: found.notes))
            let deadline = ContinuousClock.now + .seconds(60)
            var standing = taken
            while standing.renewals < taken.renewals + 3 {
                try #require(ContinuousClock.now < deadline)
                let notes = try await bob.notes()
                standing = try #require(Lease(in: notes))
                try await Task.sleep(for: .milliseconds(50))
            }
            #expect(standing.id == taken.id && standing.until > taken.until)
        }
        #expect(Lease(in: try await bob.notes()) == nil)
    }

    @Test func `that another machine takes stops the run at its next safe point`() async throws {
        let node = MemoryNode()
        let seen = try await guest(on: node)
        let (ada, bob) = try machines(node)
        let lease = try ada.lease(for: .seconds(4))
        let error = await #expect(throws: LeaseError.self) {
            try await lease.during {
                let found = try await lease.take(seen)
                let until = Date().addingTimeInterval(300)
                let his = Lease(
                    id: "his", holder: .init(who: "bob@sofa", command: "teardown", since: until), until: until)
                _ = try await bob.host.client(
                    .configure(found.id, on: found.node, set: ["description": his.written(into: found.notes)]))
                try await Task.sleep(for: .seconds(600))
            }
        }
        guard case .lost("one", let holder?) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(holder.who == "bob@sofa" && holder.command == "teardown")
        let notes = try await bob.notes()
        #expect(Lease(in: notes)?.holder.who == "bob@sofa", "she does not release his lease")
    }

    @Test func `is released if the run is interrupted or fails`() async throws {
        let node = MemoryNode()
        let seen = try await guest(on: node)
        let ada = try Machine("ada@desk", node)
        struct Mishap: Error {}
        let failing = try ada.lease()
        await #expect(throws: Mishap.self) {
            try await failing.during {
                _ = try await failing.take(seen)
                throw Mishap()
            }
        }
        #expect(Lease(in: try await ada.notes()) == nil)

        let found = try #require(try await ada.find())
        let interrupted = try ada.lease()
        let run = Task {
            try await interrupted.during {
                _ = try await interrupted.take(found)
                try await Task.sleep(for: .seconds(30))
            }
        }
        while Lease(in: try await ada.notes()) == nil {}
        run.cancel()
        await #expect(throws: CancellationError.self) { try await run.value }
        #expect(Lease(in: try await ada.notes()) == nil)
    }

    /// Two clones of one template cannot have the same ID. With IDs from Proxmox, or from two templates, both can be
    /// created.
    static let clones: [(String, [String: String])] = [
        ("vmid: 110", [:]), ("vmid: 110", ["template: 100": "template: 101"]),
        ("tags: [mxprovision]", [:]), ("tags: [mxprovision]", ["template: 100": "template: 101"]),
    ]

    @Test(arguments: clones)
    func `and its guest belong to one of two machines that clone at once`(number: String, other: [String: String])
        async throws
    {
        for _ in 1...3 {
            let node = MemoryNode { $0.give(["VM.Audit", "VM.Clone"], on: "/vms/101") }
            let ada = try Machine("ada@desk", node, ["vmid: 110": number])
            let bob = try Machine("bob@sofa", node, ["vmid: 110": number].merging(other) { $1 })
            let outcomes = await withTaskGroup { group in
                for machine in [ada, bob] {
                    group.addTask { await result { try await machine.makeGuest() } }
                }
                return await group.reduce(into: []) { $0.append($1) }
            }
            let refused = outcomes.count { outcome in
                if case .failure(let error) = outcome { error is SiteLock.Held } else { false }
            }
            #expect(refused <= 1 && outcomes.count { (try? $0.get()) != nil } == 2 - refused, "\(outcomes)")
            let guests = await node.node.guests.filter { $0.key > 103 }
            #expect(guests.count == 1, "\(guests.keys)")
            #expect(guests.values.first?.lock == nil)
        }
    }
}

/// Returns the value or the error of a call.
private func result<Value: Sendable>(_ body: () async throws -> Value) async -> Result<Value, any Error> {
    do { return .success(try await body()) } catch { return .failure(error) }
}

/// An operator's machine, with its own state and a connection to the node.
private struct Machine: Sendable {
    let who: String
    let host: GuestLocator
    let site: Site
    let stateStore: StateStore
    private let folder = Scratch()

    init(_ who: String, _ node: MemoryNode, _ changes: [String: String] = [:]) throws {
        let site = try MemorySite(node, changes)
        self.who = who
        host = site.host(node.client())
        self.site = site.site
        stateStore = try StateStore(in: SiteFolder(path: folder.path))
    }

    func lease(_ command: String = "up", for duration: Duration = .seconds(300)) throws -> SiteLease {
        SiteLease(host: host, stateStore: stateStore, who: who, command: command, duration: duration)
    }

    func provision(_ lease: SiteLease?) throws -> GuestProvision {
        GuestProvision(
            host: host, specification: site.specification, order: try site.cloneRequest, stateStore: stateStore,
            lease: lease,
            report: { _ in })
    }

    func notes() async throws -> String {
        let found = try await find()
        return try #require(found).notes
    }

    func find() async throws -> LocatedGuest? { try await provision(nil).find() }

    /// Creates the guest like `up` if it has found none.
    func makeGuest() async throws {
        let lease = try lease()
        try await lease.during {
            do { _ = try await provision(lease).converge(from: nil) } catch let surplus as GuestProvision.Surplus {
                let guest = surplus.guest
                let task = try await host.client(.destroy(guest.id, on: guest.node, force: false, purge: true))
                try await host.finish(task, "destroy", within: .seconds(30))
                throw surplus.held
            }
        }
    }

    func converge() async throws -> LocatedGuest { try await provision(nil).converge(from: try await find()).guest }
}
