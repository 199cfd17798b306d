public import RemoteShell

/// How a guest that already serves is kept from refusing good work while a run changes it: it answers temporary codes until
/// the verification has passed, and gets its last good configuration back if it fails.
///
/// All scripts run in the guest under `set -eu`. Each may run again.
public struct ServiceProtection: Sendable {
    /// Starts temporary answers if the guest serves, and stores the configuration from before the run. Runs before the first
    /// repair, in the same trip; never fails because the configuration is damaged.
    public internal(set) var begin: Script
    /// Keeps temporary answers in a configuration that a repair has rewritten. Runs before each handler.
    public internal(set) var keep: Script
    /// Ends temporary answers and stores the configuration as the last good one. Runs after the proof.
    public internal(set) var commit: Script
    /// Stored configurations to go back to, in the order in which they are tried. Temporary answers stay.
    var backups: [Backup]
    /// Prints what the last good configuration was verified against.
    public internal(set) var lastVerification: Script

    public struct Backup: Sendable {
        /// For messages: "the configuration from before this run".
        var name: String
        /// Ends with 3 if there is no such configuration.
        var restore: Script
    }

    static let noBackup = 3
}
