package import BackupMX
package import ConfigurationFiles
package import Engine
package import Sites

extension Inventory {
    /// Reads an inventory as the program does.
    package static func read(_ source: SourceFile) throws(Mistakes) -> Inventory {
        try read(source, roles: [BackupMXRole.self])
    }

    /// Reads an inventory as the program does.
    package static func load(from path: String) throws(Mistakes) -> Inventory {
        try load(from: path, roles: [BackupMXRole.self])
    }

    /// The settings of the role backup-mx, which the test's inventory has.
    package var mail: BackupMXRole {
        guard let backupMX else { preconditionFailure("the test's inventory has no role backup-mx") }
        return backupMX
    }
}

extension Playbook {
    /// Reads a playbook of a backup MX for one site.
    package static func load(from path: String, variables: [String: Variable]) throws(Mistakes) -> Playbook {
        try read(SourceFile(path: path, option: "--playbook"), variables: variables)
    }

    /// Reads a playbook of a backup MX for one site.
    package static func read(_ source: SourceFile, variables: [String: Variable]) throws(Mistakes) -> Playbook {
        try read(source, variables: variables, kinds: .backupMX)
    }
}
