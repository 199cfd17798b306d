import Foundation
import HTTPTransport
import ProxmoxAPI
import RemoteShell
import Synchronization
import TestSupport

@testable import Alerts
@testable import BackupMX
@testable import ConfigurationFiles
@testable import Engine
@testable import Guests
@testable import Resources
@testable import Sites
@testable import pvelab

/// The lab's Proxmox node without a network. Requests get the same replies as from the lab's API.
final class MemoryNode: Exchange {
    let node: Node
    private let gateway: Gateway
    private let log = Mutex<[String]>([])
    static let secret = "00000000-0000-4000-8000-000000000001"
    /// The time in the `Date` header; nil to omit the header.
    let clock = Mutex<Date?>(nil)

    init(
        _ release: APIServer.Release = .v9_2,
        runtime: any GuestRuntime = HollowRuntime(),
        _ change: (inout Seed) -> Void = { _ in }
    ) {
        let settings = APIServer.Settings(
            host: "", certificate: "", privateKey: "", release: release, unauthorizedDelay: .zero)
        var seed = Seed.lab(tokenSecret: Self.secret, rootPassword: "")
        change(&seed)
        node = Node(settings: settings, seed: seed, runtime: runtime)
        gateway = Gateway(settings: settings, node: node)
    }

    /// All requests except GET.
    var writes: [String] { log.withLock { $0.filter { !$0.hasPrefix("GET ") } } }
    var calls: [String] { log.withLock(\.self) }

    func send(_ request: WireRequest) async throws -> WireAnswer {
        log.withLock { $0.append("\(request.method) \(request.target)") }
        var plain = pvelab.Request(method: request.method, target: request.target)
        for header in request.headers { plain.headers[header.name.lowercased()] = header.value }
        plain.body = request.body.map { String(decoding: $0, as: UTF8.self) } ?? ""
        let reply = await gateway.reply(to: plain)
        let date = clock.withLock(\.self).map { WireAnswer.Header("Date", APIServer.date($0)) }
        return WireAnswer(
            status: reply.status, reason: reply.reason, headers: [date].compactMap(\.self), body: Data(reply.body.utf8))
    }

    /// - Parameter wire: the connection to the node; nil for a direct one.
    func client(secret: String = MemoryNode.secret, over wire: (any Exchange)? = nil) -> Client {
        Client(
            endpoint: Endpoint(host: "10.2.0.1", port: 8006),
            credentials: .token(id: Topology.tokenID, secret: secret), wire: wire ?? self, pauses: [])
    }
}

extension Seed {
    /// Removes a privilege from every role that has it on a path.
    mutating func take(_ right: Right) {
        for role in Set(access.entries.filter { $0.path == right.path }.map(\.role)) {
            access.roles[role]?.remove(right.privilege)
        }
    }

    /// Grants the token and its user these privileges on a path, and removes all others there.
    mutating func give(_ privileges: Set<String>, on path: String) {
        access.roles[path] = privileges
        access.entries.removeAll { $0.path == path }
        access.entries += ["sitectl@pve", "sitectl@pve!ctl"].map { .init(path: path, subject: $0, role: path) }
    }
}

/// A site of that node, with its inventory.
struct MemorySite {
    static let text = """
        name: home
        domain: yourdomain.net
        primary: {name: mail.yourdomain.net, address: 10.1.0.12}
        recipients: [you@yourdomain.net]
        alerts: ops@sender.example
        sites:
          one:
            proxmox: {address: 10.2.0.1, node: pve2, fingerprint: "\(Array(repeating: "00", count: 32).joined(separator: ":"))", token: {id: "sitectl@pve!ctl", env: TOKEN}}
            guest:
              vmid: 110
              template: 100
              pool: sites
              cores: 2
              memory: 768
              hostname: mail-backup.yourdomain.net
              network: {bridge: vmbr0, address: 10.2.0.25/24}
            ssh: {host_key: ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIH+BKcHGBpznz3LmiB9UikNMrNBVNlHEfChbwrLxStLf}

        """

    let inventory: Inventory
    let site: Site
    let node: MemoryNode
    private let folder: Scratch

    /// - Parameter changes: texts of the inventory, and their replacements.
    init(_ node: MemoryNode, _ changes: [String: String] = [:]) throws {
        var text = Self.text
        for (words, others) in changes { text = text.replacing(words, with: others) }
        inventory = try Inventory.read(SourceFile(name: "inventory.yml", text: text))
        site = inventory.sites[0]
        self.node = node
        folder = Scratch()
    }

    var address: SiteAddress { SiteAddress(inventory: inventory.name, name: site.name) }

    func host(_ client: Client) -> GuestLocator { GuestLocator(client: client, site: address) }

    func doctor(_ client: Client? = nil) -> Doctor {
        Doctor(
            inventory: inventory, site: site, playbook: Playbook(name: "none", steps: []),
            host: host(client ?? node.client()), folder: SiteFolder(path: folder.path),
            keys: HostKeyStore(in: SiteFolder(path: folder.path)), report: { _ in },
            local: DesertedMachine())
    }

    func examine(secret: String? = nil) async throws -> DoctorReport {
        try await doctor(secret.map { node.client(secret: $0) }).examine()
    }

    /// Sends the requests of `up` and `teardown` to Proxmox.
    func provisionAndDestroy() async throws {
        let host = host(node.client())
        let stateStore = try StateStore(in: SiteFolder(path: folder.path))
        let provision = GuestProvision(
            host: host, specification: site.specification, order: try site.cloneRequest, stateStore: stateStore,
            report: { _ in })
        let guest = try await provision.converge(from: try await provision.find()).guest
        _ = try await host.client(.configure(guest.id, on: guest.node, set: ["protection": "0"]))
        let shutdown = try await host.client(.shutdown(guest.id, on: guest.node, timeout: 1, forceStop: true))
        try await host.finish(shutdown, "stop", within: .seconds(30))
        let destroy = try await host.client(.destroy(guest.id, on: guest.node, force: false, purge: true))
        try await host.finish(destroy, "destroy", within: .seconds(30))
    }
}

extension DoctorReport {
    func checks(_ verdict: VerifiedCheck.Verdict) -> [VerifiedCheck] {
        areas.flatMap(\.checks).filter { $0.verdict == verdict }
    }
    var problems: [String] { areas.compactMap(\.problem) }
    func check(_ name: String, of subject: DoctorSubject) -> VerifiedCheck? {
        areas.first { $0.name == subject }?.checks.first { $0.name == name }
    }
}

/// A machine whose ssh supports one key type, and that reaches no other host.
private struct DesertedMachine: Shell {
    func run(_ script: Script) async throws -> CommandResult {
        CommandResult(exit: 0, output: Data("ssh-ed25519\n".utf8))
    }
}

/// A temporary folder that is removed together with its owner.
final class Scratch: Sendable {
    let path = NSTemporaryDirectory() + "mxprovision-doctor-" + UUID().uuidString
    // If this fails, the test fails at its first write.
    init() { try? FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true) }
    deinit { try? FileManager.default.removeItem(atPath: path) }
}
