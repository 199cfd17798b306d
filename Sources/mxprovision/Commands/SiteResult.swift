import Alerts
import BackupMX
import Engine
import Resources
import Sites

/// The result of a command at one site.
struct SiteResult: Sendable {
    /// The result on one line, such as the counts of changed and unchanged steps.
    var words: String
    /// The category for the totals over all sites, such as `changed`.
    var category: String
    /// The number of steps that were or would be changed, or nil for a command that only reads.
    var changes: Int?
    /// The error that ends a command with a single site, or nil if everything is done.
    var ending: (any Error)?
    /// Text for people, for what the events do not report.
    var text: String?
    /// Record for programs, printed instead of the text.
    var record: (any Encodable & Sendable)?
    /// Whether the output shows more than `words` if there are many sites.
    var isRemarkable = true
}
