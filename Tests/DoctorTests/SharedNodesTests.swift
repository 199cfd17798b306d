import Foundation
import HTTPTransport
import Synchronization
import TestSupport
import Testing

@testable import Alerts
@testable import BackupMX
@testable import ConfigurationFiles
@testable import Engine
@testable import Guests
@testable import ProxmoxAPI
@testable import Sites
@testable import pvelab

/// A connection to the lab's node that counts concurrent requests.
private final class CountedWay: Exchange {
    /// The counts of all connections to a node.
    final class Load: Sendable {
        struct Counts {
            var now = 0
            var most = 0
            var ways = 0
        }
        let counts = Mutex(Counts())
    }

    private let node: MemoryNode
    private let load: Load

    init(_ node: MemoryNode, _ load: Load) {
        (self.node, self.load) = (node, load)
        load.counts.withLock { $0.ways += 1 }
    }

    func send(_ request: WireRequest) async throws -> WireAnswer {
        load.counts.withLock { counts in
            counts.now += 1
            counts.most = max(counts.most, counts.now)
        }
        defer { load.counts.withLock { $0.now -= 1 } }
        for _ in 0..<3 { await Task.yield() }
        return try await node.send(request)
    }
}

/// A runtime with slow clones that counts how many run at the same time.
private actor SlowCloning: GuestRuntime {
    private var running: Set<Int> = []
    private var cloning: [Int: Int] = [:]
    private(set) var mostOfATemplate = 0
    private(set) var mostOfAll = 0
    private(set) var made: [Int] = []
    /// How long the first clone waits for a second one.
    private var patience = Duration.zero

    func expectCompany(within patience: Duration) { self.patience = patience }

    func clone(_ source: Int, to new: Int, layered: Bool) async {
        cloning[source, default: 0] += 1
        mostOfATemplate = max(mostOfATemplate, cloning[source] ?? 0)
        mostOfAll = max(mostOfAll, cloning.values.reduce(0, +))
        let end = ContinuousClock.now + patience
        repeat { try? await Task.sleep(for: .milliseconds(2)) } while mostOfAll < 2 && ContinuousClock.now < end
        cloning[source, default: 0] -= 1
        made.append(new)
    }
    func start(_ id: Int, configuration: GuestConfiguration) { running.insert(id) }
    func stop(_ id: Int) { running.remove(id) }
    func shutdown(_ id: Int, timeout: Int) -> Bool {
        running.remove(id)
        return true
    }
    func destroy(_ id: Int) {}
    func reconfigure(_ id: Int, configuration: GuestConfiguration) {}
    func isRunning(_ id: Int) -> Bool { running.contains(id) }
    func initProcess(_ id: Int) -> Int? { nil }
    func interfaces(_ id: Int) -> [GuestInterface] { [] }
}

@Suite(.timeLimit(.minutes(10))) struct `A node shared by many sites` {
    private let runtime = SlowCloning()
    private let node: MemoryNode
    private let load = CountedWay.Load()
    private let folder = NSTemporaryDirectory() + "mxprovision-shared-" + UUID().uuidString

    init() { node = MemoryNode(runtime: runtime) }

    /// Returns an inventory with this number of sites on the node, alternately from its two templates.
    private func inventory(of count: Int, numbered: Bool) throws -> Inventory {
        let text = MemorySite.text
        let start = try #require(text.range(of: "  one:\n"))
        let sites = (0..<count).map { number in
            text[start.lowerBound...].replacing("  one:", with: "  s\(number):")
                .replacing("      vmid: 110\n", with: numbered ? "      vmid: \(200 + number)\n" : "")
                .replacing("template: 100", with: "template: \(100 + number % 2)")
                .replacing("mail-backup", with: "mail-\(number)").replacing("10.2.0.25/24", with: "10.3.\(number).5/24")
        }
        return try Inventory.read(
            SourceFile(name: "inventory.yml", text: text[..<start.lowerBound] + sites.joined()))
    }

    /// Provisions the guests of all sites at the same time.
    private func provision(_ inventory: Inventory) async throws -> [Fleet<Site>.Outcome<Int>] {
        let nodes = NodeClients(
            nodes: SharedNodes { [node, load] _, _ in CountedWay(node, load) })
        return await Fleet(inventory.sites, parallel: 50).each { [folder] site in
            let address = SiteAddress(inventory: inventory.name, name: site.name)
            let client = try nodes.client(of: site.proxmox, environment: ["TOKEN": MemoryNode.secret])
            let stateStore = try StateStore(in: StateDirectory(root: folder).folder(of: address))
            let provision = GuestProvision(
                host: GuestLocator(client: client, site: address), specification: site.specification,
                order: try site.cloneRequest, stateStore: stateStore, report: { _ in })
            return try await provision.converge(from: try await provision.find()).guest.id.rawValue
        }
    }

    @Test(arguments: [true, false])
    func `gets two requests at a time and one clone of a template at a time`(numbered: Bool) async throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        if numbered { await runtime.expectCompany(within: .seconds(60)) }
        let outcomes = try await provision(try inventory(of: 50, numbered: numbered))
        let ids = try outcomes.map { try $0.result.get() }
        #expect(Set(ids).count == 50)
        if numbered { #expect(ids == Array(200..<250)) }
        #expect(await runtime.made.sorted() == ids.sorted())
        #expect(await runtime.mostOfATemplate == 1)
        // Two templates are cloned at the same time, unless both clones need the next free ID.
        #expect(await runtime.mostOfAll == (numbered ? 2 : 1))
        let counts = load.counts.withLock(\.self)
        #expect(counts.most == 2)
        #expect(counts.ways == 2)
        #expect(node.writes.count { $0.contains("/clone") } == 50)
    }

    @Test func `gets no more clones from waiting sites after a cancellation`() async throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let inventory = try inventory(of: 50, numbered: true)
        let task = Task { try await provision(inventory) }
        while await runtime.made.isEmpty { await Task.yield() }
        task.cancel()
        let outcomes = try await task.value
        let clones = node.writes.count { $0.contains("/clone") }
        #expect(clones < 50)
        #expect(outcomes.count { (try? $0.result.get()) == nil } > 0)
    }

    @Test func `shares its request limit among all, and connections per trusted certificate`() throws {
        let nodes = SharedNodes { [node] _, _ in node }
        let endpoint = Endpoint(host: "10.2.0.1", port: 8006)
        let trusts = try ["00", "01"].map { pair in
            Trust.fingerprint(try #require(Trust.Digest(Array(repeating: pair, count: 32).joined(separator: ":"))))
        }
        let credentials = Credentials.token(id: "a@pve!b", secret: "")
        let clients = (trusts + trusts).map { nodes.client(endpoint: endpoint, trust: $0, credentials: credentials) }
        #expect(clients[0].wire as AnyObject === clients[2].wire as AnyObject)
        #expect(clients[0].wire as AnyObject !== clients[1].wire as AnyObject)
        #expect(clients[0].turns === clients[1].turns)
    }
}
