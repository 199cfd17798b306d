import ArgumentParser
import RemoteShell

/// The timeouts for hosts and programs.
struct TimeoutOptions: ParsableArguments {
    @Option(help: "Timeout in seconds of a batch of queries to a guest or a node over ssh.")
    var queryTimeout = Int(Timeouts().query.components.seconds)

    @Option(help: "Timeout in seconds of a batch with changes, such as the installation of packages.")
    var changeTimeout = Int(Timeouts().change.components.seconds)

    @Option(
        help: "Timeout in seconds of a program on this machine: dig, nsupdate, the command of a secret or a mailbox.")
    var programTimeout = Int(Timeouts().program.components.seconds)

    func validate() throws {
        for (kind, seconds) in [
            (Timeouts.Kind.query, queryTimeout), (.change, changeTimeout), (.program, programTimeout),
        ] { try (1...86400).check(seconds, of: kind.option) }
    }

    var values: Timeouts {
        var values = Timeouts()
        values.query = .seconds(queryTimeout)
        values.change = .seconds(changeTimeout)
        values.program = .seconds(programTimeout)
        return values
    }
}

/// A command whose timeouts come from ``SharedOptions``.
protocol LimitedCommand: AsyncParsableCommand {
    var options: SharedOptions { get }
}

extension AlertCommand: LimitedCommand {}
extension DNSCommand: LimitedCommand {}
extension DoctorCommand: LimitedCommand {}
extension DrillCommand: LimitedCommand {}
extension History: LimitedCommand {}
extension PlanCommand: LimitedCommand {}
extension Rebuild: LimitedCommand {}
extension RecipientsCommand: LimitedCommand {}
extension Status: LimitedCommand {}
extension Teardown: LimitedCommand {}
extension Up: LimitedCommand {}
extension Verify: LimitedCommand {}
