@testable import Provisioning

extension Inventory {
    /// The settings of the role backup-mx, which the test's inventory has.
    var mail: BackupMXRole {
        guard let backupMX else { preconditionFailure("the test's inventory has no role backup-mx") }
        return backupMX
    }
}
