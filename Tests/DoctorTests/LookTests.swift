import Foundation
import ProxmoxAPI
import RemoteShell
import Testing

@testable import Alerts
@testable import BackupMX
@testable import ConfigurationFiles
@testable import Engine
@testable import Guests
@testable import Resources
@testable import Sites
@testable import pvelab

/// The guest's status in Proxmox is enough: no run waits for a guest that cannot answer.
@Suite struct `A guest whose address does not respond` {
    private let folder = Scratch()

    /// Returns a provisioner with an earlier run's state. Its address accepts connections, but never answers.
    private func provisioner(_ node: MemoryNode, at listener: SilentListener) throws -> Provisioner {
        let site = try MemorySite(
            node, ["ssh: {host_key": "ssh: {port: \(listener.port), host_key"])
        var provisioner = try Provisioner(
            site.site, of: site.inventory, playbook: Playbook(name: "none", steps: []),
            states: StateDirectory(root: folder.path), queues: QueueDirectory(root: folder.path + "/queues"),
            environment: ["TOKEN": MemoryNode.secret], who: "ada@desk", report: { _ in })
        provisioner.client = node.client()
        try provisioner.folder.create()
        try StateStore(in: provisioner.folder).update {
            $0.guest = .init(id: 110, node: "pve2", mark: "x", address: "127.0.0.1", hasOwnHostKeys: true)
        }
        let key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIH+BKcHGBpznz3LmiB9UikNMrNBVNlHEfChbwrLxStLf"
        try provisioner.keys.pin([key], as: "one-110")
        return provisioner
    }

    private func node() -> MemoryNode {
        MemoryNode { seed in
            var guest = seed.guests[100]
            guest?.options["template"] = nil
            guest?.description = OwnershipMarker(inventory: "home", site: "one", id: "x").notes
            seed.guests[110] = guest
            seed.access.pools[110] = "sites"
        }
    }

    @Test func `is reported as stopped`() async throws {
        let listener = try SilentListener()
        let provisioner = try provisioner(node(), at: listener)
        let plan = try await provisioner.plan()
        #expect(plan.guest.contains(Change("status", from: "stopped", to: "running")), "\(plan.guest)")
        let status = try await provisioner.status()
        #expect(status.problems.contains { $0.hasPrefix("guest 110 is stopped") }, "\(status.problems)")
    }

    @Test func `is reported as not visible`() async throws {
        let listener = try SilentListener()
        let node = node()
        let provisioner = try provisioner(node, at: listener)
        await node.node.leavePool(110)
        await #expect(throws: GuestError.self) { try await provisioner.plan() }
    }
}

/// A local port that accepts connections, but never answers.
private final class SilentListener: Sendable {
    let port: UInt16
    private let descriptor: Int32

    init() throws {
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                bind(listener, address, length) == 0 && listen(listener, 16) == 0
                    && getsockname(listener, address, &length) == 0
            }
        }
        try #require(isBound)
        descriptor = listener
        self.port = UInt16(bigEndian: address.sin_port)
    }

    deinit { close(descriptor) }
}
