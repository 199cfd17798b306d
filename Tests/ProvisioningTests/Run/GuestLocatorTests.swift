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
@testable import Resources
@testable import Sites

@Suite struct `The guest locator` {
    /// A node with one running guest, which records its requests.
    private final class Node: Exchange {
        let asked = Mutex<[String]>([])
        let mark: OwnershipMarker

        init(mark: OwnershipMarker) { self.mark = mark }

        func send(_ request: WireRequest) async throws -> WireAnswer {
            asked.withLock { $0.append("\(request.method) \(request.target)") }
            let data: [String: String] =
                request.target.hasSuffix("/config")
                ? ["description": mark.notes, "digest": "0f"] : ["status": "running", "vmid": "110"]
            let body = try JSONEncoder().encode(["data": data])
            return WireAnswer(status: 200, reason: "OK", body: body)
        }
    }

    @Test func `finds a guest at its known place with two requests`() async throws {
        let address = SiteAddress(inventory: "home", name: "one")
        let node = Node(mark: .fresh(for: address))
        let client = Client(
            endpoint: Endpoint(host: "pve1", port: 8006), credentials: .token(id: "a@pve!up", secret: "x"), wire: node)
        let id = try GuestID(checking: 110)
        let found = try await GuestLocator(client: client, site: address)
            .find(recorded: id, configured: id, named: "mx", on: NodeName(checking: "pve"))
        #expect(found?.id == id && found?.view.mark == node.mark && found?.view.isRunning == true)
        #expect(
            Set(node.asked.withLock { $0 }) == [
                "GET /api2/json/nodes/pve/lxc/110/config", "GET /api2/json/nodes/pve/lxc/110/status/current",
            ])
        #expect(node.asked.withLock { $0.count } == 2)
    }
}
