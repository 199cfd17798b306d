import Foundation
import TestSupport
import Testing

@testable import Alerts
@testable import BackupMX
@testable import ConfigurationFiles
@testable import Engine
@testable import Resources
@testable import Sites

@Suite struct `The playbook of a backup MX` {
    @Test func `is read for each site of the example inventory, and verifies before port 25 is opened`() throws {
        let path = URL(filePath: #filePath).appending(path: "../../../../Playbooks/backup-mx.yml").standardizedFileURL
            .path(percentEncoded: false)
        let inventory = try Inventory.load(from: `The example inventory`.path)
        for site in inventory.sites {
            let playbook = try Playbook.load(from: path, variables: inventory.variables(for: site))
            let verification = try #require(playbook.steps.firstIndex { $0.resource == nil })
            let opening = try #require(
                playbook.steps.firstIndex { ($0.resource as? Firewall)?.allow.contains("25/tcp") == true }
            )
            #expect(verification < opening)
        }
    }

    /// One step sets the replies to unknown clients, for all sources of recipients.
    @Test(arguments: [
        "[a@example.net]", "{list: a@example.net, policy: defer, catch_all: example.net}",
        "{postfixadmin: {database: mariadb}}", "{list: a@example.net, command: ls, policy: verify}",
    ])
    func `is read for recipients from each source`(_ recipients: String) throws {
        let text = InventoryText.complete.replacing("[ada@example.net, bob@example.net]", with: recipients)
            .replacing("address: 10.1.0.12}", with: "address: 10.1.0.12, ssh: {host_key: \(InventoryText.hostKey)}}")
        let inventory = try Inventory.read(SourceFile(name: "inventory.yml", text: text))
        let path = URL(filePath: PullFolder.scripts).appending(path: "../backup-mx.yml").standardizedFileURL
        let playbook = try Playbook.load(
            from: path.path(percentEncoded: false),
            variables: inventory.variables(for: try #require(inventory.sites.first))
        )
        let deciding = playbook.steps.compactMap { $0.resource as? Postconf }.filter { step in
            step.parameters.contains { $0.name == "relay_recipient_maps" }
        }
        #expect(deciding.count == 1)
        let tables = playbook.steps.filter { ["recipients", "recipients-pulled"].contains($0.id) }
        #expect(tables.map { $0.resource is RecipientPull } == [inventory.mail.sources.isPulled])
    }
}
