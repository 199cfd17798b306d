import ArgumentParser
import Provisioning

/// How long a command that changes things keeps other machines away after this one has died.
struct LeaseOption: ParsableArguments {
    @Option(help: "Seconds for which other machines keep away from the site where this one dies; renewed meanwhile.")
    var lease = Int(Lease.usual.components.seconds)

    var duration: Duration { .seconds(lease) }

    func validate() throws {
        guard (5...3600).contains(lease) else { throw ValidationError("--lease takes 5 to 3600 seconds") }
    }
}
