public import ConfigurationFiles
import Diagnostics
public import RemoteShell

/// A script that cron runs, in `/etc/cron.hourly` or a similar folder.
public struct CronScript: Resource {
    public static let kind = "cron"

    public enum Schedule: String, Sendable, CaseIterable { case hourly, daily, weekly, monthly }

    private let file: ManagedFile
    private static let form = Pattern(/[A-Za-z0-9_-]+/)

    public init(_ parameters: inout Parameters) {
        let name = parameters.string("name")
        // run-parts(8) ignores all other names without a message.
        if !Self.form.fits(name) {
            parameters.wrong(
                "name", "`name`: invalid value `\(name)`; expected letters, digits, `_`, `-` (cron ignores others)")
        }
        let schedule = parameters.choice("every", default: Schedule.hourly)
        file = ManagedFile(path: "/etc/cron.\(schedule.rawValue)/\(name)", content: parameters.content(), mode: "0755")
        parameters.finish()
    }

    public var objects: [ManagedObject] { file.objects }
    public var probe: Script { file.probe }
    public func observation(from answer: CommandResult) throws -> ManagedFile.Found {
        try file.observation(from: answer)
    }
    public func changes(from observed: ManagedFile.Found) -> [Change] { file.changes(from: observed) }
    public func repair(for observed: ManagedFile.Found) -> Script { file.repair(for: observed) }
}
