import Foundation
import HTTPTransport
import ProxmoxAPI
import Testing

@testable import Alerts
@testable import BackupMX
@testable import ConfigurationFiles
@testable import Engine
@testable import Guests
@testable import Resources
@testable import Sites
@testable import pvelab

/// DHCP leases and neighbour tables use the hardware address, and Proxmox gives each clone a new one.
@Suite struct `The hardware address of a guest` {
    private let node = MemoryNode()
    private let folder = Scratch()
    private let others = [Scratch(), Scratch()]
    private let queues = Scratch()
    private let site: MemorySite

    init() throws { site = try MemorySite(node, ["10.2.0.25/24": "dhcp"]) }

    private var queue: QueueFolder { QueueDirectory(root: queues.path + "/q").folder(of: site.address) }

    private func provision(_ state: Scratch? = nil, kept: String? = nil) throws -> GuestProvision {
        GuestProvision(
            host: site.host(node.client()), specification: site.site.specification, order: try site.site.cloneRequest,
            stateStore: try StateStore(in: SiteFolder(path: (state ?? folder).path)), keptAddress: kept,
            report: { _ in })
    }

    private func destroy(_ guest: LocatedGuest) async throws {
        let host = site.host(node.client())
        _ = try await host.client(.configure(guest.id, on: guest.node, set: ["protection": "0"]))
        let stop = try await host.client(.stop(guest.id, on: guest.node))
        try await host.finish(stop, "stop", within: .seconds(30))
        let task = try await host.client(.destroy(guest.id, on: guest.node, force: false, purge: true))
        try await host.finish(task, "destroy", within: .seconds(30))
    }

    @Test func `is new for each clone by default`() async throws {
        let first = try await provision(others[0]).converge(from: nil).guest
        try await destroy(first)
        let second = try await provision(others[1]).converge(from: nil).guest
        #expect(first.view.hardwareAddress != nil && first.view.hardwareAddress != second.view.hardwareAddress)
    }

    @Test func `stays if the guest is deleted by hand and created again`() async throws {
        let first = try await provision().converge(from: nil).guest
        try await destroy(first)
        let second = try await provision().converge(from: try await provision().find()).guest
        #expect(second.view.mark != first.view.mark && second.view.hardwareAddress == first.view.hardwareAddress)
        #expect(try await provision().converge(from: second).changes.isEmpty)
    }

    /// The state folder is lost after the old guest was destroyed. The address stored with the mail queue remains.
    @Test func `stays if a rebuild is killed before the clone and the state is lost`() async throws {
        let first = try await provision().converge(from: nil).guest
        let address = try #require(first.view.hardwareAddress)
        try queue.keep(address: address)
        try await destroy(first)
        #expect(try queue.keptAddress() == address)
        let second = try await provision(others[0], kept: queue.keptAddress()).converge(from: nil).guest
        #expect(second.view.hardwareAddress == address)
        try queue.forgetAddress()
        #expect(try queue.keptAddress() == nil)
    }

    /// The clone's notes contain the address from the start.
    @Test func `stays if the run is killed right after the clone and another machine continues`() async throws {
        let wire = Cut(node: node)
        let address = "BC:24:11:AA:BB:CC"
        let killed = GuestProvision(
            host: site.host(node.client(over: wire)), specification: site.site.specification,
            order: try site.site.cloneRequest, stateStore: try StateStore(in: SiteFolder(path: folder.path)),
            keptAddress: address,
            report: { _ in })
        await #expect(throws: APIError.self) { try await killed.converge(from: nil) }
        let other = try provision(others[0])
        let found = try #require(try await other.find())
        #expect(found.view.hardwareAddress != address)
        #expect(try await other.converge(from: found).guest.view.hardwareAddress == address)
    }

    @Test func `is repaired if somebody replaces the card`() async throws {
        let first = try await provision(kept: "BC:24:11:AA:BB:CC").converge(from: nil).guest
        _ = try await node.client()(
            .configure(first.id, on: first.node, set: ["net0": "name=eth0,bridge=vmbr0,ip=dhcp"]))
        let found = try #require(try await provision().find())
        #expect(
            try provision().specification.difference(from: found.view.options).changes.map(\.subject) == ["net0 hwaddr"]
        )
        #expect(try await provision().converge(from: found).guest.view.hardwareAddress == "BC:24:11:AA:BB:CC")
    }

    @Test(arguments: [
        "", "x", "BC:24:11:AA:BB", "BD:24:11:AA:BB:CC", "BC:24:11:AA:BB:CC,bridge=vmbr9", "BC:24:11:AA:BB:CC\n",
    ])
    func `is nil if the text is invalid`(_ text: String) {
        #expect(KeptHardwareAddress(text: text) == nil)
    }

    /// Refuses all changes after the clone's task.
    private struct Cut: Exchange {
        let node: MemoryNode

        func send(_ request: WireRequest) async throws -> WireAnswer {
            guard request.method != "PUT" else { return WireAnswer(status: 500, reason: "cut off", body: .init()) }
            return try await node.send(request)
        }
    }
}
