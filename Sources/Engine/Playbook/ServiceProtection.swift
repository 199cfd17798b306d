public import RemoteShell
import Resources

/// Keeps a serving guest from permanently rejecting valid mail while a run changes it. The guest returns temporary
/// codes until the verification has passed. If the run fails, the last verified configuration is restored.
///
/// All scripts run in the guest under `set -eu`. Each may run again.
public struct ServiceProtection: Sendable {
    /// Starts temporary answers if the guest serves, and stores the configuration from before the run. Runs before the
    /// first repair, in the same round trip. Never fails because of a damaged configuration.
    public internal(set) var begin: Script
    /// Keeps temporary answers in a configuration that a repair has rewritten. Runs before each handler.
    public internal(set) var keep: Script
    /// Ends temporary answers and stores the configuration as the last verified one. Runs after the verification.
    public internal(set) var commit: Script
    /// Stored configurations to restore, in the order in which they are tried. Temporary answers stay on.
    package var backups: [Backup]
    /// Prints what the last verified configuration was verified against.
    public internal(set) var lastVerification: Script
    /// Reads the result of ``lastVerification``; nil if no configuration was verified.
    package var verification: @Sendable (CommandResult) -> (any Verification)?

    package init(
        begin: Script, keep: Script, commit: Script, backups: [Backup], lastVerification: Script,
        verification: @escaping @Sendable (CommandResult) -> (any Verification)?
    ) {
        self.begin = begin
        self.keep = keep
        self.commit = commit
        self.backups = backups
        self.lastVerification = lastVerification
        self.verification = verification
    }

    public struct Backup: Sendable {
        /// The name in messages: "the configuration from before this run".
        package var name: String
        /// The script that restores it. Exits with 3 if there is no such configuration.
        package var restore: Script

        package init(name: String, restore: Script) {
            self.name = name
            self.restore = restore
        }
    }

    package static let noBackup = 3
}
