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
        if let named = playbook ?? inventory.playbook { return named }
        let local = "Playbooks/\(StandardPlaybook.name)"
        if FileManager.default.fileExists(atPath: local) { return local }
        BundledFiles.add(StandardPlaybook.files)
        return "\(BundledFiles.folder)/\(StandardPlaybook.name)"
    }
}
