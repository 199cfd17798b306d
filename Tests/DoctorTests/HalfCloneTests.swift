import Foundation
import HTTPTransport
import ProxmoxAPI
import Testing

@testable import Alerts
@testable import BackupMX
@testable import ConfigurationFiles
@testable import Engine
@testable import Guests
@testable import Sites
@testable import pvelab

@Suite struct `A clone whose task is killed` {
    private static let call = "/nodes/pve2/lxc/100/clone"
    private let node = MemoryNode()

    /// The guest is not in its pool yet, so Proxmox does not show its owner.
    @Test func `is reported by the next run as half a clone, with the commands that remove it`() async throws {
        let folder = Scratch()
        let site = try MemorySite(node)
        let stateStore = try StateStore(in: SiteFolder(path: folder.path))
        await node.node.order(APIFault(method: "POST", path: Self.call, kind: .killed))
        await #expect(throws: GuestError.self) { try await provision(site, stateStore).converge(from: nil) }

        let error = try await #require(throws: GuestError.self) { try await provision(site, stateStore).find() }
        let (id, template) = (try #require(GuestID(rawValue: 110)), try #require(GuestID(rawValue: 100)))
        #expect(error == .halfMade(id: id, template: template, site: "one"))
        for command in ["unlock 110", "destroy 110 --destroy-unreferenced-disks 1", "unlock 100"] {
            #expect(error.recoverySuggestion?.contains("`pct \(command)`") == true)
            _ = await node.node.pct(command.split(separator: " ").map(String.init))
        }
        await node.node.finishTasks()
        #expect(await node.node.orphans.isEmpty)
        let guest = try await provision(site, stateStore).converge(from: try await provision(site, stateStore).find())
            .guest
        #expect(guest.id.rawValue == 110)
    }

    /// The guest's configuration does not name the disk yet, so a plain destroy does not find it.
    @Test func `leaves a disk that only a destruction with unreferenced disks removes`() async throws {
        let folder = Scratch()
        let site = try MemorySite(node)
        let stateStore = try StateStore(in: SiteFolder(path: folder.path))
        await node.node.order(APIFault(method: "POST", path: Self.call, kind: .killed))
        await #expect(throws: GuestError.self) { try await provision(site, stateStore).converge(from: nil) }
        #expect(await node.node.orphans == ["local-lvm:vm-110-disk-0"])
        for command in ["unlock 110", "destroy 110", "unlock 100"] {
            #expect(await node.node.pct(command.split(separator: " ").map(String.init)).status == 0)
        }
        await node.node.finishTasks()
        #expect(await node.node.orphans == ["local-lvm:vm-110-disk-0"])
        let guest = try await provision(site, stateStore).converge(from: nil).guest
        #expect(guest.view.options["rootfs"]?.hasPrefix("local-lvm:vm-110-disk-1,") == true)
    }

    /// A revoked privilege is not an incomplete clone.
    @Test func `is not reported if only a privilege is missing`() async throws {
        let folder = Scratch()
        let site = try MemorySite(node)
        let stateStore = try StateStore(in: SiteFolder(path: folder.path))
        _ = try await provision(site, stateStore).converge(from: nil)
        await node.node.forgetPools()
        await #expect(throws: GuestError.self) { try await provision(site, stateStore).find() }
    }

    /// Another machine's clone joins its pool between the query for the guest and the query for running clones.
    @Test func `is not reported if the clone has just ended`() async throws {
        let (folder, others) = (Scratch(), Scratch())
        let site = try MemorySite(node)
        let stateStore = try StateStore(in: SiteFolder(path: folder.path))
        _ = try await provision(site, stateStore).converge(from: nil)
        await node.node.forgetPools()
        let other = try StateStore(in: SiteFolder(path: others.path))
        let found = try await provision(site, other, over: EndingClone(node: node)).find()
        #expect(found?.id.rawValue == 110)
    }

    /// The ID was free before, but now belongs to another site's guest, which is not in its pool yet.
    @Test func `is not reported if another site has taken the free id`() async throws {
        let (folder, others) = (Scratch(), Scratch())
        let first = try StateStore(in: SiteFolder(path: folder.path))
        _ = try await provision(MemorySite(node), first).converge(from: nil)
        await node.node.forgetPools()
        let other = try MemorySite(
            node, ["  one:": "  two:", "      vmid: 110\n": "", "hostname: mail-backup": "hostname: other"])
        let stateStore = try StateStore(in: SiteFolder(path: others.path))
        let wire = EndingClone(node: node, isTakenUnseen: true)
        let guest = try await provision(other, stateStore, over: wire).converge(from: nil).guest
        #expect(guest.id.rawValue != 110 && guest.view.mark?.belongs(to: other.address) == true)
    }

    /// Ends the clone when running clones are queried.
    private struct EndingClone: Exchange {
        let node: MemoryNode
        /// Whether the clone took the next free ID after it was reported as free.
        var isTakenUnseen = false

        func send(_ request: WireRequest) async throws -> WireAnswer {
            if request.target.contains("/tasks") { await node.node.putIntoPool(110) }
            if isTakenUnseen, request.target.hasSuffix("/cluster/nextid"), await !node.node.isInPool(110) {
                return WireAnswer(status: 200, reason: "OK", body: Data(#"{"data":"110"}"#.utf8))
            }
            return try await node.send(request)
        }
    }

    private func provision(
        _ site: MemorySite, _ stateStore: StateStore, over wire: (any Exchange)? = nil
    ) throws -> GuestProvision {
        GuestProvision(
            host: site.host(node.client(over: wire)), specification: site.site.specification,
            order: try site.site.cloneRequest,
            stateStore: stateStore, report: { _ in })
    }
}

extension Node {
    fileprivate func forgetPools() { access.pools = [:] }
    fileprivate func finishTasks() async { for worker in workers.values { await worker.value } }
    fileprivate func isInPool(_ guest: Int) -> Bool { access.pools[guest] != nil }
    fileprivate func putIntoPool(_ guest: Int) { access.pools[guest] = "sites" }
}
