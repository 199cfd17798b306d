import Alerts
import BackupMX
import ConfigurationFiles
import Engine
import Foundation
import Resources
import Sites
import StandardPlaybook

extension SharedOptions {
    /// Returns the path of the playbook: from the option or the inventory, else the standard playbook in the working
    /// directory (as in a checkout), else the one built into the program.
    func playbookPath(for inventory: Inventory) -> String {
        playbook ?? inventory.playbook ?? standardPlaybookPath
    }

    /// The path of the playbook for inventories that name none.
    private var standardPlaybookPath: String {
        let local = "Playbooks/\(StandardPlaybook.name)"
        if FileManager.default.fileExists(atPath: local) { return local }
        BundledFiles.add(StandardPlaybook.files)
        return "\(BundledFiles.folder)/\(StandardPlaybook.name)"
    }

    /// The roles that a playbook can name. The first is that of the standard playbook.
    static let roles: [any Role.Type] = [BackupMXRole.self]

    /// Reads the inventory.
    ///
    /// - Throws: `Mistakes`, `UsageMistake`
    func inventoryFile() throws -> Inventory {
        try Inventory.load(
            from: try inventoryPath(), playbook: playbook, standard: standardPlaybookPath, roles: Self.roles)
    }
}
