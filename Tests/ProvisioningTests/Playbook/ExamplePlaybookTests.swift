import Foundation
import Testing

@testable import Provisioning

@Suite struct `The playbook of a backup MX` {
    @Test func `is read for every site of the example inventory, and verifies before port 25 is opened`() throws {
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
}
