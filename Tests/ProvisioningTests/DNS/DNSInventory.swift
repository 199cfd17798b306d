import TestSupport

@testable import Alerts
@testable import BackupMX
@testable import ConfigurationFiles
@testable import Ingress
@testable import Resources
@testable import Sites

/// The small inventory with a site in the public DNS.
enum DNSInventory {
    /// - Parameters:
    ///   - shared: The inner lines of the section `dns`, each indented by two spaces.
    ///   - site: The members of the site's own section, in the form of a flow mapping.
    static func text(shared: String = "", site: String = "addresses: 203.0.113.25") -> String {
        InventoryText.complete + "    dns: {\(site)}\n" + (shared.isEmpty ? "" : "dns:\n\(shared)\n")
    }

    static func read(shared: String = "", site: String = "addresses: 203.0.113.25") throws -> Inventory {
        try Inventory.read(SourceFile(name: "inventory.yml", text: text(shared: shared, site: site)))
    }

    static func desired(shared: String = "", site: String = "addresses: 203.0.113.25") throws -> DesiredZone? {
        let inventory = try read(shared: shared, site: site)
        return inventory.site(named: "one").flatMap { DesiredZone($0, of: inventory) }
    }
}
