import Foundation
import HTTPTransport
import ProxmoxAPI
import RemoteShell
import TestSupport
import Testing

@testable import Alerts
@testable import BackupMX
@testable import ConfigurationFiles
@testable import Diagnostics
@testable import Engine
@testable import Guests
@testable import Resources
@testable import Sites

@Suite struct `The access to a guest` {
    /// A node that returns the same interfaces to each query.
    private struct Node: Exchange {
        var interfaces: String

        func send(_ request: WireRequest) async throws -> WireAnswer {
            #expect(request.method == "GET" && request.target.hasSuffix("/nodes/pve/lxc/110/interfaces"))
            return WireAnswer(status: 200, reason: "OK", body: Data(#"{"data":\#(interfaces)}"#.utf8))
        }
    }

    private let scratch = ScratchFolder()

    @Test(arguments: [
        "null", "[]",
        #"[{"name":"lo","inet":"127.0.0.1/8"},{"name":"eth0","inet6":"fe80::be24:11ff:fe00:1/64"}]"#,
        #"[{"name":"docker0","inet":"172.17.0.1/16"},{"name":"eth0"}]"#,
    ])
    func `is not found if the guest gets no address that others can reach`(interfaces: String) async throws {
        let text = InventoryText.complete.replacing("address: 10.2.0.25/24", with: "address: dhcp")
        let inventory = try Inventory.read(SourceFile(name: "inventory.yml", text: text))
        let site = try #require(inventory.site(named: "one"))
        let address = SiteAddress(inventory: "home", name: "one")
        let folder = try StateDirectory(root: scratch.path).folder(of: address)
        var access = GuestAccess(
            site: site, keys: HostKeyStore(in: folder), stateStore: try StateStore(in: folder), report: { _ in })
        access.bootLimit = .milliseconds(1)
        let credentials = Credentials.token(id: "a@pve!up", secret: "x")
        let client = Client(
            endpoint: Endpoint(host: "pve1", port: 8006), credentials: credentials, wire: Node(interfaces: interfaces))
        let id = try GuestID(checking: 110)
        let guest = LocatedGuest(
            id: id, node: try NodeName(checking: "pve"),
            view: GuestView(options: [:], digest: nil, isRunning: true))

        let error = await #expect(throws: GuestError.noAddress(id: id, interface: "eth0")) {
            try await access.open(guest, on: GuestLocator(client: client, site: address))
        }
        #expect(
            error.map { ErrorDescription($0).text }
                == "guest 110 got no address on eth0\n→ Check the bridge, VLAN and DHCP server in the inventory."
        )
    }

    /// `pct exec` enters any guest that has the id.
    @Test func `through its node leads only to the guest in the state`() throws {
        let key = InventoryText.hostKey
        let text = InventoryText.complete.replacing(
            "ssh:\n      host_key: \(key)", with: "ssh: {via: node, trust: node, node: {host_key: \(key)}}")
        let site = try #require(try Inventory.read(SourceFile(name: "inventory.yml", text: text)).site(named: "one"))
        let folder = try StateDirectory(root: scratch.path).folder(of: SiteAddress(inventory: "home", name: "one"))
        try folder.create()
        let stateStore = try StateStore(in: folder)
        try stateStore.update { $0.guest = .init(id: 110, node: "pve", mark: "x") }
        let access = GuestAccess(site: site, keys: HostKeyStore(in: folder), stateStore: stateStore, report: { _ in })
        func guest(_ id: Int) throws -> LocatedGuest {
            LocatedGuest(
                id: try GuestID(checking: id), node: try NodeName(checking: "pve"),
                view: GuestView(options: [:], digest: nil, isRunning: true))
        }
        #expect(try access.openKnown()?.shell.name == "guest 110 (by `pct exec` on pve1)")
        #expect(try access.trustsKeys(of: guest(110)))
        #expect(try !access.trustsKeys(of: guest(111)))
    }

    static let cards: [(card: String?, host: String)] = [
        ("ip=10.2.0.77/24", "10.2.0.77"), ("ip=10.2.0.25/24", "10.2.0.25"),
        ("ip=10.2.0.77/24,ip6=2001:db8::7/64", "10.2.0.77"),
        ("ip6=2001:db8::7/64", "2001:db8::7"), ("ip=dhcp", "10.9.9.9"), ("ip6=auto", "10.9.9.9"), (nil, "10.2.0.25"),
    ]

    /// Until a run has changed it, the guest may have another address than the one in the inventory.
    @Test(arguments: cards)
    func `uses the address that Proxmox shows`(card: String?, host: String) async throws {
        let access = try fixed().0
        let client = Client(
            endpoint: Endpoint(host: "pve1", port: 8006), credentials: .token(id: "a@pve!up", secret: "x"),
            wire: Node(interfaces: #"[{"name":"eth0","inet":"10.9.9.9/24"}]"#))
        let connection = try await access.connection(
            to: guest(card), on: GuestLocator(client: client, site: SiteAddress(inventory: "home", name: "one")))
        #expect(connection.shell.destination.host == host)
    }

    @Test func `is not tried at an address that Proxmox no longer shows`() throws {
        let (access, stateStore) = try fixed()
        #expect(try access.canReach(guest("ip=10.2.0.77/24")), "no run has recorded an address")
        try stateStore.update {
            $0.guest = .init(id: 110, node: "pve", mark: "x", address: "10.2.0.25", hasOwnHostKeys: true)
        }
        #expect(try !access.canReach(guest("ip=10.2.0.77/24")))
        #expect(try access.canReach(guest("ip=10.2.0.25/24")) && access.canReach(guest("ip=dhcp")))
        #expect(try access.canReach(guest("ip=10.9.0.1/24,ip6=2001:db8::7/64")) == false)
        #expect(try !access.canReach(guest("ip=10.2.0.25/24", isRunning: false)))
    }

    private func fixed() throws -> (GuestAccess, StateStore) {
        let site = try #require(
            try Inventory.read(SourceFile(name: "inventory.yml", text: InventoryText.complete)).site(named: "one"))
        let folder = try StateDirectory(root: scratch.path).folder(of: SiteAddress(inventory: "home", name: "one"))
        try folder.create()
        let stateStore = try StateStore(in: folder)
        return (
            GuestAccess(site: site, keys: HostKeyStore(in: folder), stateStore: stateStore, report: { _ in }),
            stateStore
        )
    }

    private func guest(_ card: String?, isRunning: Bool = true) throws -> LocatedGuest {
        let options = card.map { ["net0": "name=eth0,bridge=vmbr0,\($0)"] } ?? [:]
        return LocatedGuest(
            id: try GuestID(checking: 110), node: try NodeName(checking: "pve"),
            view: GuestView(options: options, digest: nil, isRunning: isRunning))
    }
}
