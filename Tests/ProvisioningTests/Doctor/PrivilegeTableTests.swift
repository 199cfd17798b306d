import Foundation
import ProxmoxAPI
import TestSupport
import Testing

@testable import Alerts
@testable import BackupMX
@testable import ConfigurationFiles
@testable import Engine
@testable import Guests
@testable import Resources
@testable import Sites

@Suite struct `The table of privileges` {
    private static let template = [
        "rootfs": "local-lvm:base-100-disk-0,size=4G", "mp0": "tank:base-100-disk-1,size=1G", "mp1": "/srv,mp=/srv",
        "net0": "name=eth0,bridge=vmbr0,type=veth", "net1": "name=eth1,bridge=vmbr1,tag=7,trunks=8;9,type=veth",
    ]

    private func table(
        _ changes: [String: String] = [:],
        _ release: Release = Release(9, 2),
        template: [String: String]? = template
    ) throws -> PrivilegeTable {
        var text = InventoryText.complete
        for (words, others) in changes { text = text.replacing(words, with: others) }
        let site = try Inventory.read(SourceFile(name: "inventory.yml", text: text)).sites[0]
        return PrivilegeTable(
            order: try site.cloneRequest, specification: site.specification, release: release, template: template,
            guest: try site.cloneRequest.id)
    }

    private func rights(_ table: PrivilegeTable) -> Set<String> { Set(table.needs.map(\.right.description)) }

    @Test func `has a row for each option in the inventory and for no other`() throws {
        let bare = try rights(table())
        #expect(!bare.contains("VM.Config.CPU on /vms/110") && !bare.contains("VM.Config.Memory on /vms/110"))
        let full = try table([
            "vmid: 110": "vmid: 110\n      cores: 2\n      swap: 64\n      nesting: true\n      nameservers: [10.2.0.1]"
        ])
        let uses = Dictionary(uniqueKeysWithValues: full.needs.map { ($0.right.description, $0.purposes) })
        #expect(uses["VM.Config.CPU on /vms/110"] == "configure (cores)")
        #expect(uses["VM.Config.Memory on /vms/110"] == "configure (swap)")
        #expect(uses["VM.Config.Network on /vms/110"] == "configure (hostname, nameserver, net0)")
        #expect(
            uses["VM.Allocate on /vms/110"]
                == "clone (create the guest), configure (features), teardown (destroy the guest)")
    }

    @Test func `requires each storage, bridge and VLAN of the template`() throws {
        let rights = try rights(table())
        let bridges = "SDN.Use on /sdn/zones/localnetwork"
        #expect(
            rights.isSuperset(of: [
                "Datastore.AllocateSpace on /storage/local-lvm", "Datastore.AllocateSpace on /storage/tank",
                "\(bridges)/vmbr0", "\(bridges)/vmbr1/7", "\(bridges)/vmbr1/8", "\(bridges)/vmbr1/9",
            ]), "\(rights)")
        #expect(!rights.contains("\(bridges)/vmbr1"))
    }

    @Test func `requires only the storage that the inventory gives`() throws {
        let rights = try rights(table(["vmid: 110": "storage: ssd\n      full: true"]))
        #expect(rights.filter { $0.hasPrefix("Datastore") } == ["Datastore.AllocateSpace on /storage/ssd"])
    }

    @Test func `requires the VLAN of the expected bridge and the bridge that it replaces`() throws {
        let rights = try rights(table(["bridge: vmbr0": "bridge: vmbr5\n        vlan: 20"]))
        #expect(
            rights.isSuperset(of: [
                "SDN.Use on /sdn/zones/localnetwork/vmbr5/20", "SDN.Use on /sdn/zones/localnetwork/vmbr0",
            ]), "\(rights)")
    }

    @Test func `requires no bridge before 8.0 and none of the software-defined network`() throws {
        #expect(try !rights(table([:], Release(7, 4))).contains { $0.hasPrefix("SDN") })
        #expect(try rights(table([:], Release(8, 0))).contains { $0.hasPrefix("SDN") })
        var table = try table(template: nil)
        table.virtualNetworks = ["vmbr0"]
        #expect(!rights(table).contains { $0.hasPrefix("SDN") })
    }

    @Test func `checks a guest's privileges on its pool, and on the guest itself once it exists`() throws {
        var table = try table(["vmid: 110": "vmid: 110\n      pool: sites"])
        func paths() throws -> [String] {
            try #require(table.needs.first { $0.right == Right("VM.PowerMgmt", on: "/pool/sites") }).paths
        }
        #expect(try paths() == ["/pool/sites", "/vms/110"])
        table.isThere = true
        #expect(try paths() == ["/vms/110"])
    }

    /// New users run the commands of docs/getting-started.md and read nothing else.
    @Test func `matches the privileges that the guide grants`() throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../..").standardized
        let guide = try String(contentsOf: root.appending(path: "docs/getting-started.md"), encoding: .utf8)
        var roles = ["PVETemplateUser": ["VM.Audit", "VM.Clone"]]
        for match in guide.matches(of: /pveum role add (\w+) +--privs "([^"]+)"/) {
            roles[String(match.1)] = match.2.split(separator: " ").map(String.init)
        }
        var given: Set<String> = []
        for match in guide.matches(of: /pveum acl modify (\S+) +\$S --roles (\w+)/) {
            given.formUnion(try #require(roles[String(match.2)]).map { "\($0) on \(match.1)" })
        }
        let inventory = try Inventory.load(from: root.appending(path: "Inventory/three-sites.yml").path)
        var site = try #require(inventory.site(named: "secondary"))
        site.guest.pool = "sites"
        let template = ["rootfs": "local-lvm:base-100-disk-0,size=4G", "net0": "name=eth0,bridge=vmbr0"]
        let table = PrivilegeTable(
            order: try site.cloneRequest, specification: site.specification, release: Release(9, 2), template: template,
            guest: try site.cloneRequest.id)
        #expect(rights(table) == given)
    }
}

@Suite struct `A privilege to grant` {
    @Test func `gets its own role unless Proxmox has a role with hardly more privileges`() {
        let who = "a@pve!up"
        let subjects = "--users a@pve --tokens 'a@pve!up'"
        #expect(
            Right.commands(granting: [Right("VM.PowerMgmt", on: "/pool/sites")], to: who) == [
                #"pveum role add mxprovision-VM.PowerMgmt --privs "VM.PowerMgmt""#,
                "pveum acl modify /pool/sites --roles mxprovision-VM.PowerMgmt \(subjects)",
            ])
        #expect(
            Right.commands(granting: [Right("SDN.Use", on: "/sdn/zones/localnetwork/vmbr0")], to: who)
                == ["pveum acl modify /sdn/zones/localnetwork/vmbr0 --roles PVESDNUser \(subjects)"])
    }

    @Test func `shares a role with others on its path, and is granted only to the user if there is no token`() {
        let rights = [
            Right("VM.PowerMgmt", on: "/vms/110"), Right("VM.Clone", on: "/vms/100"), Right("VM.Audit", on: "/vms/110"),
        ]
        #expect(
            Right.commands(granting: rights, to: "a@pve") == [
                "pveum acl modify /vms/100 --roles PVETemplateUser --users a@pve",
                #"pveum role add mxprovision-vms-110 --privs "VM.Audit VM.PowerMgmt""#,
                "pveum acl modify /vms/110 --roles mxprovision-vms-110 --users a@pve",
            ])
    }
}
