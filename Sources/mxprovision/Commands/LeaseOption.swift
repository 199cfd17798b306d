import Alerts
import ArgumentParser
import BackupMX
import ConfigurationFiles
import Guests
import Resources
import Sites

/// The lease duration: how long other machines wait if this one crashes.
struct LeaseOption: ParsableArguments {
    @Option(help: "Lease duration in seconds; other machines wait this long if this one crashes.")
    var lease = Int(Lease.usual.components.seconds)

    var duration: Duration { .seconds(lease) }

    func validate() throws {
        try (5...3600).check(lease, of: "--lease")
    }
}
