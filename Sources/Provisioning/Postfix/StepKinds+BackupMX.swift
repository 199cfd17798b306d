public import Engine
import Resources

extension StepKinds {
    /// The general kinds, and those of a backup MX.
    public static let backupMX = StepKinds(
        resources: Catalogue.general + [
            Postconf.self,
            LookupTable.self,
            RecipientPull.self,
            AlertChannels.self,
        ],
        verifications: [BackupMXVerification.self])
}
