import ProxmoxAPI
import Testing

@testable import Alerts
@testable import BackupMX
@testable import ConfigurationFiles
@testable import Diagnostics
@testable import Engine
@testable import Guests
@testable import Resources
@testable import Sites
@testable import pvelab

/// Errors that are found before a guest is created, and renamed sites.
@Suite struct `Creating a guest` {
    private let folder = Scratch()

    private func provision(_ site: MemorySite) throws -> GuestProvision {
        GuestProvision(
            host: site.host(site.node.client()), specification: site.site.specification,
            order: try site.site.cloneRequest,
            stateStore: try StateStore(in: SiteFolder(path: folder.path)), report: { _ in })
    }

    struct Typo: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var changes: [String: String]
        var says: [String]
        var never: [String]
        var seed: @Sendable (inout Seed) -> Void

        init(
            _ name: String, _ changes: [String: String], says: [String], never: [String] = ["journalctl"],
            seed: @escaping @Sendable (inout Seed) -> Void = { _ in }
        ) {
            (testDescription, self.changes, self.says, self.never, self.seed) = (name, changes, says, never, seed)
        }
    }

    static let typos = [
        Typo(
            "a bridge", ["bridge: vmbr0": "bridge: vmbr9"],
            says: [
                "no guest was created: the bridge `vmbr9` does not exist on pve2", "existing bridges: vmbr0",
                "`network: bridge:`",
            ]
        ) { $0.give(["SDN.Use"], on: "/sdn/zones/localnetwork/vmbr9") },
        Typo(
            "a bridge that is not visible", ["bridge: vmbr0": "bridge: vmbr9"],
            says: ["SDN.Use on /sdn/zones/localnetwork/vmbr9", "pveum acl modify"]),
        Typo(
            "a bridge in a VLAN", ["bridge: vmbr0": "bridge: vmbr9, vlan: 7"],
            says: ["SDN.Use on /sdn/zones/localnetwork/vmbr9/7"]),
        Typo(
            "a pool", ["pool: sites": "pool: sties"], says: ["pool 'sties' does not exist", "`pveum pool add sties`"]),
        Typo(
            "a nested pool", ["pool: sites": "pool: sites/mial"],
            says: ["pool 'sites/mial' does not exist", "`pveum pool add sites`, then `pveum pool add sites/mial`"],
            never: ["acl modify"]),
        Typo(
            "a storage", ["pool: sites": "pool: sites\n      full: true\n      storage: tank"],
            says: ["storage 'tank' does not exist", "`pvesm status --content rootdir`"]
        ) { $0.give(["Datastore.AllocateSpace"], on: "/storage/tank") },
        Typo(
            "a storage without linked clones", [:], says: ["Linked clone feature", "`full: true`"]
        ) { $0.storages[1].kind = .dir },
        Typo("a template", ["template: 100": "template: 999"], says: ["the template 999 does not exist on pve2"]),
        Typo("a node", ["node: pve2": "node: pve7"], says: ["hostname lookup 'pve7' failed", "`proxmox: node:`"]),
    ]

    @Test(arguments: typos)
    func `fails for an invalid name before anything is created`(_ typo: Typo) async throws {
        let node = MemoryNode(.v9_2, typo.seed)
        let provision = try provision(MemorySite(node, typo.changes))
        let error = try await #require(throws: (any Error).self) {
            try await provision.converge(from: try await provision.find())
        }
        let text = ErrorDescription(error).text
        for part in typo.says { #expect(text.contains(part), "\(text)") }
        for part in typo.never { #expect(!text.contains(part), "\(text)") }
        #expect(await node.node.guests.keys.sorted() == [100, 101, 102, 103])
    }

    @Test func `in a nested pool works with the privileges on the outer pool`() async throws {
        let node = MemoryNode { $0.access.poolNames.insert("sites/mail") }
        let provision = try provision(MemorySite(node, ["pool: sites": "pool: sites/mail"]))
        #expect(try await provision.converge(from: nil).guest.id.rawValue == 110)
    }

    /// A run without changes sends no additional requests.
    @Test func `adds no API call to a run that creates nothing`() async throws {
        let node = MemoryNode()
        let provision = try provision(MemorySite(node))
        _ = try await provision.converge(from: nil)
        let before = node.calls.count
        _ = try await provision.converge(from: try await provision.find())
        #expect(node.calls.dropFirst(before).count == 2, "\(node.calls.dropFirst(before))")
    }

    struct Renaming: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var changes: [String: String]
    }

    static let renamings = [
        Renaming(testDescription: "the site", changes: ["  one:": "  two:"]),
        Renaming(testDescription: "the inventory", changes: ["name: home": "name: office"]),
        Renaming(
            testDescription: "the site, with another vmid", changes: ["  one:": "  two:", "vmid: 110": "vmid: 120"]),
        Renaming(testDescription: "the site, with no vmid", changes: ["  one:": "  two:", "      vmid: 110\n": ""]),
        Renaming(
            testDescription: "the inventory, with no vmid",
            changes: ["name: home": "name: office", "      vmid: 110\n": ""]),
        Renaming(
            testDescription: "the site, with a longer prefix",
            changes: ["  one:": "  two:", "      vmid: 110\n": "", "10.2.0.25/24": "10.2.0.25/28"]),
    ]

    /// On another machine, without the state.
    @Test(arguments: renamings)
    func `never duplicates the guest of a renamed site`(_ renaming: Renaming) async throws {
        let node = MemoryNode()
        _ = try await provision(MemorySite(node)).converge(from: nil)
        let other = Scratch()
        let site = try MemorySite(node, renaming.changes)
        let provision = GuestProvision(
            host: site.host(node.client()), specification: site.site.specification, order: try site.site.cloneRequest,
            stateStore: try StateStore(in: SiteFolder(path: other.path)), report: { _ in })
        let error = try await #require(throws: GuestError.self) {
            try await provision.converge(from: try await provision.find())
        }
        let text = ErrorDescription(error).text
        #expect(text.contains("guest 110 on pve2") && text.contains("site `one` of inventory `home`"), "\(text)")
        #expect(text.contains("mail-backup.yourdomain.net") && text.contains("restore its old name"), "\(text)")
        #expect(await node.node.guests.keys.sorted() == [100, 101, 102, 103, 110])
    }

    /// Two networks of a node may both be 192.168.1.0/24.
    @Test func `accepts the address of another site's guest in another network`() async throws {
        let node = MemoryNode { $0.give(["SDN.Use"], on: "/sdn/zones/localnetwork/vmbr0") }
        _ = try await provision(MemorySite(node)).converge(from: nil)
        let other = Scratch()
        let site = try MemorySite(
            node,
            [
                "  one:": "  two:", "vmid: 110": "vmid: 120", "hostname: mail-backup": "hostname: other",
                "bridge: vmbr0": "bridge: vmbr0, vlan: 7",
            ])
        let provision = GuestProvision(
            host: site.host(node.client()), specification: site.site.specification, order: try site.site.cloneRequest,
            stateStore: try StateStore(in: SiteFolder(path: other.path)), report: { _ in })
        #expect(try await provision.converge(from: try await provision.find()).guest.id.rawValue == 120)
    }

    @Test func `recognizes the guest of a renamed site by its host name if it uses DHCP`() async throws {
        let node = MemoryNode()
        _ = try await provision(MemorySite(node, ["10.2.0.25/24": "dhcp"])).converge(from: nil)
        let other = Scratch()
        let site = try MemorySite(node, ["  one:": "  two:", "      vmid: 110\n": "", "10.2.0.25/24": "dhcp"])
        let provision = GuestProvision(
            host: site.host(node.client()), specification: site.site.specification, order: try site.site.cloneRequest,
            stateStore: try StateStore(in: SiteFolder(path: other.path)), report: { _ in })
        let error = try await #require(throws: GuestError.self) { try await provision.converge(from: nil) }
        #expect(error.errorDescription?.contains("already has the host name mail-backup.yourdomain.net") == true)
    }

    @Test func `reports an id that a hidden guest uses`() async throws {
        let node = MemoryNode { $0.guests[110] = $0.guests[100] }
        let provision = try provision(MemorySite(node))
        let error = try await #require(throws: GuestError.self) { try await provision.find() }
        #expect(error.errorDescription == "the id 110 is used by a guest that sitectl@pve!ctl cannot see")
        #expect(error.recoverySuggestion?.contains("`pveum pool modify sites --vms 110`") == true)
        #expect(error.recoverySuggestion?.contains("VM.Audit") == false)
    }

    @Test func `does not report a guest outside its pool as another owner's`() async throws {
        let node = MemoryNode()
        let provision = try provision(MemorySite(node))
        _ = try await provision.converge(from: nil)
        await node.node.leavePool(110)
        let error = try await #require(throws: GuestError.self) { try await provision.find() }
        #expect(error.errorDescription?.contains("guest 110, which an earlier run created for this site") == true)
        #expect(error.recoverySuggestion?.contains("`pveum pool modify sites --vms 110`") == true)
        #expect(error.recoverySuggestion?.contains("another `vmid`") == false)
    }
}
