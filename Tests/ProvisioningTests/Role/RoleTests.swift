import Foundation
import TestSupport
import Testing

@testable import Alerts
@testable import BackupMX
@testable import ConfigurationFiles
@testable import Engine
@testable import Guests
@testable import Ingress
@testable import Resources
@testable import Sites

/// A playbook names its role, which decides the keys of the inventory, the kinds of steps, and what commands do.
@Suite struct `The role of a playbook` {
    private let scratch = ScratchFolder()

    /// An inventory with nothing but sites, as the text of a file beside a playbook.
    private func inventory(_ playbook: String, site: String = "", _ more: String = "") throws -> Inventory {
        try playbook.write(toFile: scratch.path + "/playbook.yml", atomically: true, encoding: .utf8)
        let sites = try #require(InventoryText.complete.firstRange(of: "sites:"))
        let text = """
            name: names
            playbook: playbook.yml
            \(more)
            \(InventoryText.complete[sites.lowerBound...])\(site)
            """
        return try Inventory.read(SourceFile(name: scratch.path + "/inventory.yml", text: text))
    }

    private let plain = """
        name: plain
        ports: {published: [53/tcp, 53/udp]}
        steps:
          - id: motd
            file: {path: /etc/motd, content: "{{ vars.text }} at {{ site }}"}
        """

    @Test func `is none if neither the playbook nor the inventory has one`() throws {
        let inventory = try inventory(
            plain, site: "    vars: {text: hello, zones: [a.net, b.net], notify: true, key: {env: KEY}}\n")
        #expect(inventory.backupMX == nil && inventory.role == nil)
        let site = try #require(inventory.sites.first)
        let variables = inventory.variables(for: site)
        #expect(variables["vars.text"] == .text("hello") && variables["vars.zones"] == .list(["a.net", "b.net"]))
        #expect(variables["vars.notify"] == .flag(true) && variables["domain"] == nil)
        if case .secret? = variables["vars.key"] {
        } else {
            Issue.record("\(String(describing: variables["vars.key"]))")
        }
        let playbook = try #require(
            try Playbook.load(from: scratch.path + "/playbook.yml", for: [site], of: inventory).first)
        #expect(playbook.steps.count == 1)
        #expect(inventory.ports(of: site, playbook).published.map(\.description) == ["53/tcp", "53/udp"])
    }

    @Test(arguments: ["alerts: a@b.net", "alert: {command: [/bin/true]}", "drill: {}"])
    func `that is absent leaves its keys unknown`(key: String) throws {
        let error = #expect(throws: Mistakes.self) { try inventory(plain, site: "    vars: {text: a}\n", key) }
        let name = key.prefix { $0 != ":" }
        #expect(
            error?.all.contains { $0.text.hasPrefix("unknown key `\(name)`") } == true, "\(String(describing: error))")
    }

    @Test func `that is absent leaves its steps unknown`() throws {
        let playbook = "name: plain\nsteps: [{id: a, postconf: {parameters: {a: b}}}]"
        let inventory = try inventory(playbook)
        let error = #expect(throws: Mistakes.self) {
            try Playbook.load(from: scratch.path + "/playbook.yml", for: inventory.sites, of: inventory)
        }
        #expect(error?.all.first?.text.hasPrefix("unknown resource `postconf`") == true, "\(String(describing: error))")
    }

    @Test func `of version 0_1 is backup-mx if the inventory has a primary`() throws {
        try "name: old\nsteps: []\n".write(toFile: scratch.path + "/old.yml", atomically: true, encoding: .utf8)
        let text = InventoryText.complete.replacing("sites:", with: "playbook: old.yml\nsites:", maxReplacements: 1)
        let read = try Inventory.read(SourceFile(name: scratch.path + "/inventory.yml", text: text))
        #expect(read.backupMX?.domains.isEmpty == false)
        #expect(read.mail.ports(of: read.sites[0]).published == [NetworkPort(25)])
    }

    @Test(arguments: ["domain: a.net", "domains: [a.net]", "recipients: [a@a.net]"])
    func `of version 0_1 is backup-mx if the inventory has a key of it`(key: String) throws {
        let error = #expect(throws: Mistakes.self) { try inventory("name: old\nsteps: []\n", key) }
        #expect(error?.all.contains { $0.text == "`primary` is missing" } == true, "\(String(describing: error))")
    }

    @Test func `that is not the one of the guest is refused`() throws {
        #expect(OwnershipMarker(in: "mxprovision: inventory=a site=b id=c")?.role == nil)
        let marker = OwnershipMarker(inventory: "a", site: "b", id: "c", role: "none")
        #expect(OwnershipMarker(in: marker.notes) == marker)
        #expect(!OwnershipMarker(inventory: "a", site: "b", id: "c").notes.contains("role"))
        let inventory = try inventory(plain, site: "    vars: {text: a}\n")
        #expect(inventory.roleMarker == "none")
    }

    @Test(arguments: [
        ("published: [53/udp, 53/udp]", "duplicate port 53/udp"),
        ("published: [53/udp], early: [53/udp]", "53/udp is in `published` too; expected only one of them"),
        ("published: [22/tcp]", "`ports` has 22/tcp, the port of ssh"),
    ])
    func `publishes each port once, and never that of ssh`(ports: String, fault: String) throws {
        let inventory = try inventory(
            "name: plain\nports: {\(ports)}\nsteps: [{id: a, hostname: {name: \"{{ hostname }}\"}}]")
        let error = #expect(throws: Mistakes.self) {
            try Playbook.load(from: scratch.path + "/playbook.yml", for: inventory.sites, of: inventory)
        }
        #expect(error?.all.contains { $0.text.hasPrefix(fault) } == true, "\(String(describing: error))")
    }

    @Test func `lets a site have variables that are keys elsewhere`() throws {
        let inventory = try inventory(
            plain, site: "    vars: {text: a, login: b}\n", "defaults: {vars: {token: c, ca: d}}")
        let variables = inventory.variables(for: try #require(inventory.sites.first))
        #expect(variables["vars.token"] == .text("c") && variables["vars.login"] == .text("b"))
    }

    @Test func `that does not exist is reported with its line`() throws {
        let error = #expect(throws: Mistakes.self) {
            try inventory(plain.replacing("name: plain", with: "name: plain\nrole: backup"))
        }
        #expect(error?.all.first?.line == 2)
        #expect(error?.all.first?.file.hasSuffix("/playbook.yml") == true)
        #expect(error?.all.first?.text == "`role`: invalid value `backup`; expected `backup-mx`")
    }

    @Test func `is absent in the documented inventory of a name server, which is valid`() throws {
        let root = URL(filePath: #filePath).appending(path: "../../../..").standardizedFileURL
        let page = try String(contentsOf: root.appending(path: "docs/playbooks.md"), encoding: .utf8)
        let blocks = page.components(separatedBy: "```yaml\n").dropFirst().map { $0.components(separatedBy: "```")[0] }
        let text = try #require(blocks.first { $0.hasPrefix("name: names") })
        try FileManager.default.createDirectory(atPath: scratch.path + "/Inventory", withIntermediateDirectories: true)
        try FileManager.default.createSymbolicLink(
            atPath: scratch.path + "/Playbooks", withDestinationPath: root.appending(path: "Playbooks").path)
        let path = scratch.path + "/Inventory/names.yml"
        try text.write(toFile: path, atomically: true, encoding: .utf8)
        let inventory = try Inventory.load(from: path)
        let file = try #require(inventory.playbook)
        let playbook = try #require(try Playbook.load(from: file, for: inventory.sites, of: inventory).first)
        #expect(inventory.backupMX == nil && playbook.steps.count > 15)
        #expect(inventory.ports(of: inventory.sites[0], playbook).published.map(\.description) == ["53/tcp", "53/udp"])
    }

    @Test(arguments: ["a b", "1", "a-b", "é"])
    func `has no variables with other names`(name: String) {
        let error = #expect(throws: Mistakes.self) { try inventory(plain, site: "    vars: {\"\(name)\": x}\n") }
        #expect(
            error?.all.first?.text.contains("expected letters, digits, `_`") == true, "\(String(describing: error))")
    }

    @Test func `that is another one refuses the commands of backup-mx`() async throws {
        let inventory = try inventory(plain, site: "    vars: {text: a}\n")
        let site = try Provisioner(
            inventory.sites[0], of: inventory, playbook: Playbook(name: "plain", steps: []),
            states: StateDirectory(root: scratch.path + "/state"),
            queues: QueueDirectory(root: scratch.path + "/queues"),
            environment: ["TOKEN": "00000000-0000-4000-8000-000000000001"], who: "ada@home", report: { _ in })
        let error = RoleError.missing(role: "backup-mx", site: site.name, playbook: "plain")
        await #expect(throws: error) { _ = try await site.verify([.smtp], strictDomain: "example.com") }
        await #expect(throws: error) { _ = try await site.recipientSnapshot() }
        await #expect(throws: error) { _ = try await site.alerts() }
        await #expect(throws: error) { _ = try await site.drill() }
        await #expect(throws: error) { _ = try await site.primaryScript() }
    }

    @Test func `may publish a port only after a verification`() throws {
        let inventory = try inventory(
            plain + "\n  - id: open\n    firewall: {allow: [53/udp]}\n", site: "    vars: {text: a}\n")
        let error = #expect(throws: Mistakes.self) {
            try Playbook.load(from: scratch.path + "/playbook.yml", for: inventory.sites, of: inventory)
        }
        #expect(
            error?.all.map(\.text) == [
                "the step opens 53/udp before all verifications have passed; move it after the last one"
            ])
    }
}

@Suite struct `A port` {
    @Test(arguments: [
        "", "25", "25/", "/tcp", "0/tcp", "025/tcp", "65536/tcp", "25/sctp", "25/tcp/udp", "٢٥/tcp", "-1/udp",
    ])
    func `is not read from`(text: String) {
        #expect(throws: ParseError.self) { try NetworkPort(reading: text) }
    }

    @Test func `has a rule of its transport and a name of its own`() throws {
        let udp = OpenPort(try NetworkPort(reading: "53/udp"))
        #expect(udp.name == "53-udp" && udp.rule["proto"] == "udp" && udp.rule["dport"] == "53")
        #expect(OpenPort(try NetworkPort(reading: "25/udp")).rule["macro"] == nil)
        #expect(OpenPort(try NetworkPort(reading: "25/tcp")).rule["macro"] == "SMTP")
        #expect(OpenPort(NetworkPort(25)).name == "smtp" && OpenPort(NetworkPort(80)).name == "http")
    }
}
