import Foundation
import HTTPTransport
import ProxmoxAPI
import Synchronization
import Testing

@testable import Alerts
@testable import BackupMX
@testable import ConfigurationFiles
@testable import Engine
@testable import Guests
@testable import Sites
@testable import pvelab

/// A connection on which another machine wins the race for the first clones.
private final class ContestedConnection: Exchange {
    enum Loss: CaseIterable {
        /// The other machine locked the template, and unlocks it before the next check.
        case template
        /// The other machine took the next free ID for a guest that this token cannot see.
        case id
        /// Proxmox timed out while it waited for its lock of the configuration.
        case timeout
        /// The same, while the other machine took the id.
        case timeoutAndID
    }

    private let node: MemoryNode
    /// The losses that are still to come, in reverse order.
    private let losses: Mutex<[Loss]>

    init(_ node: MemoryNode, _ losses: [Loss]) {
        self.node = node
        self.losses = Mutex(losses.reversed())
    }

    func send(_ request: WireRequest) async throws -> WireAnswer {
        guard request.method == "POST", request.target.hasSuffix("/lxc/100/clone") else {
            return try await node.send(request)
        }
        switch losses.withLock({ $0.popLast() }) {
        case nil: return try await node.send(request)
        case .template: return refusal("CT is locked (disk)")
        case .timeout: return refusal(Self.timeout)
        case .timeoutAndID:
            await node.node.takeNextID()
            return refusal(Self.timeout)
        case .id:
            await node.node.takeNextID()
            return try await node.send(request)
        }
    }

    private static let timeout = "can't lock file '/run/lock/lxc/pve-config-100.lock' - got timeout"

    private func refusal(_ reason: String) -> WireAnswer {
        WireAnswer(status: 500, reason: reason, headers: [], body: Data(#"{"data":null}"#.utf8))
    }
}

extension Node {
    fileprivate func takeNextID() {
        let id = (100...).first { guests[$0] == nil } ?? 100
        guests[id] = guests[100]
        guests[id]?.options["hostname"] = "other-\(id)"
        guests[id]?.options["template"] = nil
    }
}

@Suite struct `A clone with competing machines` {
    private func provision(_ connection: ContestedConnection, _ node: MemoryNode) async throws -> Int {
        let site = try MemorySite(node, ["      vmid: 110\n": ""])
        let folder = Scratch()
        let provision = GuestProvision(
            host: site.host(node.client(over: connection)), specification: site.site.specification,
            order: try site.site.cloneRequest, stateStore: try StateStore(in: SiteFolder(path: folder.path)),
            report: { _ in })
        return try await provision.converge(from: nil).guest.id.rawValue
    }

    @Test(arguments: [
        Array(repeating: ContestedConnection.Loss.template, count: 12), Array(repeating: .id, count: 12),
        [.timeout, .timeout], [.id, .id, .id, .timeoutAndID, .id],
    ])
    fileprivate func `waits for its turn`(_ losses: [ContestedConnection.Loss]) async throws {
        let node = MemoryNode()
        let id = try await provision(ContestedConnection(node, losses), node)
        let guest = try await node.node.guest(id)
        #expect(guest.options["hostname"] == "mail-backup.yourdomain.net")
        #expect(node.writes.count { $0.hasSuffix("/clone") } == losses.count { $0 == .id } + 1)
    }

    @Test func `fails if Proxmox never gets its own lock`() async throws {
        let node = MemoryNode()
        await #expect(throws: APIError.self) {
            try await provision(ContestedConnection(node, Array(repeating: .timeout, count: 10)), node)
        }
        #expect(node.writes.isEmpty)
    }
}
