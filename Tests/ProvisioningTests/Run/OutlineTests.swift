import Foundation
import TestSupport
import Testing

@testable import Alerts
@testable import BackupMX
@testable import ConfigurationFiles
@testable import Engine
@testable import Resources
@testable import Sites

@Suite struct `An outline of a site` {
    private let playbook = Playbook(
        name: "p",
        steps: [
            Step(id: "name", line: 1, action: .resource(ManagedFile(path: "/srv/x", content: "", mode: "0644")))
        ])

    private func outline(_ text: String) throws -> Outline {
        let inventory = try Inventory.read(SourceFile(name: "inventory.yml", text: text))
        return try Outline(inventory.sites[0], of: inventory, playbook: playbook)
    }

    @Test func `has the guest as Proxmox would get it, and the steps with their kinds`() throws {
        let outline = try outline(InventoryText.complete)
        #expect(outline.guest.first == Change("guest", from: nil, to: "clone of 100 to 110, on pve"))
        #expect(outline.guest.contains(Change("hostname", from: nil, to: "mx1.example.net")))
        #expect(outline.guest.contains(Change("net0 ip", from: nil, to: "10.2.0.25/24")))
        #expect(!outline.guest.contains { $0.after == "" })
        #expect(outline.steps == [.init(step: "name", resource: "file")])
    }

    @Test func `is not created for a name that Proxmox does not accept`() throws {
        let mistakes = try #require(throws: Mistakes.self) {
            try outline(InventoryText.complete.replacing("node: pve\n", with: "node: pve_1\n"))
        }
        let told = mistakes.all.map(\.description)
        #expect(told.count == 1 && told[0].hasPrefix("inventory.yml:10: `node`: invalid node name `pve_1`; expected "))
    }
}

@Suite struct `A playbook for several sites` {
    private let folder = ScratchFolder()

    @Test func `is read for each, and common mistakes are reported once`() throws {
        let second = InventoryText.secondSite
        let inventory = try Inventory.read(
            SourceFile(name: "inventory.yml", text: InventoryText.complete + second))
        let path = folder.path + "/playbook.yml"
        try """
        name: p
        steps:
          - id: hostname
            hostname: {name: "{{ hostname }}"}

        """.write(toFile: path, atomically: true, encoding: .utf8)
        let playbooks = try Playbook.load(from: path, for: inventory.sites, of: inventory)
        #expect(
            playbooks.map { ($0.steps[0].resource as? Hostname)?.name } == ["mx1.example.net", "mx2.example.net"])
        try """
        name: p
        steps:
          - id: name
            hostnam: {name: "{{ hostname }}"}
          - id: file
            file: {path: "etc/{{ site }}", content: x}

        """.write(toFile: path, atomically: true, encoding: .utf8)
        let mistakes = try #require(throws: Mistakes.self) {
            _ = try Playbook.load(from: path, for: inventory.sites, of: inventory)
        }
        #expect(
            mistakes.all.map { "\($0.line ?? 0): \($0.text)" } == [
                "4: unknown resource `hostnam`; did you mean `hostname`?",
                "6: `path`: invalid value `etc/one`; expected an absolute path",
                "6: `path`: invalid value `etc/two`; expected an absolute path",
            ])
    }
}
