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

@Suite struct `The smallest set of privileges` {
    /// The privileges of the lab's token, the same as in docs/getting-started.md.
    static let rights: [Right] =
        [
            Right("VM.Audit", on: "/vms/100"), Right("VM.Clone", on: "/vms/100"),
            Right("Datastore.AllocateSpace", on: "/storage/local-lvm"),
            Right("SDN.Use", on: "/sdn/zones/localnetwork/vmbr0"),
        ]
        + [
            "VM.Allocate", "VM.Audit", "VM.Config.CPU", "VM.Config.Memory", "VM.Config.Network", "VM.Config.Options",
            "VM.PowerMgmt",
        ].map { Right($0, on: "/pool/sites") }

    static let releases: [APIServer.Release] = APIServer.Release.allCases

    @Test(arguments: releases)
    func `is sufficient, and the check writes nothing`(_ release: APIServer.Release) async throws {
        let node = MemoryNode(release)
        let report = try await MemorySite(node).examine()
        #expect(report.isRight && report.problems.isEmpty, "\(report)")
        #expect(node.writes.isEmpty && node.calls.count < 30, "\(node.calls)")
        let privileges = try #require(report.areas.first { $0.name == .privileges })
        #expect(Set(privileges.checks.map(\.name)) == Set(Self.rights.map(\.description)))

        try await MemorySite(node).provisionAndDestroy()
        #expect(await node.node.guests.keys.sorted() == [100, 101, 102, 103])
    }

    @Test(arguments: rights, releases)
    func `lacks one, and doctor names only that one and the command that grants it, and writes nothing`(
        _ right: Right,
        _ release: APIServer.Release
    ) async throws {
        let node = MemoryNode(release) { $0.take(right) }
        let report = try await MemorySite(node).examine()
        let failed = report.checks(.fail)
        #expect(failed.map(\.name) == [right.description] && report.problems.isEmpty, "\(report)")
        let advice = try #require(failed.first?.advice)
        #expect(advice.contains("pveum acl modify \(right.path) --roles "), "\(advice)")
        #expect(advice.contains("--users sitectl@pve --tokens 'sitectl@pve!ctl'"), "\(advice)")
        for other in Set(Self.rights.map(\.privilege)) where other != right.privilege {
            #expect(!advice.contains("\(other) ") && !advice.contains("\(other)\""), "\(advice)")
        }
        #expect(node.writes.isEmpty, "\(node.writes)")
    }

    /// The table contains no unnecessary privileges.
    @Test(arguments: rights)
    func `lacks one, and a request of up or teardown is refused`(_ right: Right) async throws {
        let node = MemoryNode { $0.take(right) }
        do {
            try await MemorySite(node).provisionAndDestroy()
            Issue.record("\(right) is not needed")
        } catch APIError.forbidden {
        } catch GuestError.mayNotClone(_, let missing, _) { #expect(missing == [right]) }
    }

    /// Without an ID in the inventory, the next free one is used, which is not known in advance.
    @Test func `is required on all guests if neither an id nor a pool is given`() async throws {
        let node = MemoryNode { $0.give(["VM.Allocate"], on: "/vms") }
        let site = try MemorySite(node, ["      vmid: 110\n": "", "      pool: sites\n": ""])
        let failed = try await site.examine().checks(.fail).map(\.name)
        #expect(failed.contains("VM.PowerMgmt on /vms") && !failed.contains("VM.Allocate on /vms"), "\(failed)")
    }
}
