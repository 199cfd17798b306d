import Alerts
import BackupMX
import ConfigurationFiles
import Diagnostics
import Engine
import Sites

/// The JSON record of an error that ended a command.
struct FailureRecord: Encodable {
    var v = JSONLine.version
    var event: String
    /// The site, or nil if the error does not belong to a single site.
    var site: String?
    var text: String
    /// What the user can do about the error.
    var advice: String?
    var file: String?
    /// The line number, counted from 1.
    var line: Int?
    /// The exit status of the process.
    var status: Int32?

    /// Returns each mistake in a file, then the failure itself. Empty if the command has already reported the error.
    static func lines(of error: any Error) -> [FailureRecord] {
        let failure = error as? SiteFailure
        let error = failure?.error ?? error
        switch error {
        case is ChangesFound, is ChecksFailed, is StepsPostponed, is SitesEnded: return []
        default: break
        }
        let complaint = ErrorDescription(error)
        let mistakes = (error as? Mistakes)?.shown.map { mistake in
            FailureRecord(
                event: "mistake", site: failure?.site, text: mistake.text, file: mistake.file, line: mistake.line)
        }
        return (mistakes ?? []) + [
            FailureRecord(
                event: "failed", site: failure?.site,
                text: error.isInterruption ? "interrupted" : mistakes == nil ? complaint.text : complaint.what,
                advice: complaint.next, status: ExitStatus(of: error).code)
        ]
    }
}
