import Alerts
import BackupMX
import ConfigurationFiles
import Diagnostics
import Sites

extension String {
    /// The text in a form that is safe for a terminal. Invisible characters, which include all that could move the
    /// cursor, change colours or reverse the text direction, are escaped (`\\u{1B}`). Tabs and newlines are kept.
    var printable: String { escapingInvisible }

    /// The printable text on one line, with `⏎` for each newline. For a host's text within one of our lines.
    var inLine: String { split(whereSeparator: \.isNewline).joined(separator: "⏎").printable }

    /// The script as `--verbose` prints it, each line indented and marked.
    var asListing: String { split(whereSeparator: \.isNewline).map { "      | \($0)" }.joined(separator: "\n") }
}
