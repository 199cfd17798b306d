import Alerts
public import Engine
import Sites

extension StepKinds {
    /// The general kinds, and those of a backup MX.
    public static let backupMX = StepKinds(
        resources: general.resources + [
            Postconf.self,
            LookupTable.self,
            RecipientPull.self,
            AlertChannels.self,
        ],
        verifications: general.verifications + [BackupMXVerification.self])
}
