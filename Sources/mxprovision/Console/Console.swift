import Alerts
import BackupMX
import ConfigurationFiles
import Diagnostics
import Engine
import Foundation
import Sites

/// Prints a command's results to standard output, and messages about errors to standard error.
enum Console {
    /// Prints a text. Escapes all invisible characters, whatever the source of the text, so that none reaches the
    /// terminal.
    static func print(_ text: String) { print(unescaped: text.printable) }

    static func talk(_ text: String) {
        ProgressLine.current.above { OutputStream.errors.write(text.printable + "\n") }
    }

    /// Prints a text unchanged: JSON, a script for another program, or lines with our own colours and escaped parts.
    static func print(unescaped text: String) {
        ProgressLine.current.above { OutputStream.output.write(text + "\n") }
    }

    /// Writes a text without a newline at the end.
    static func draw(_ text: String) { OutputStream.output.write(text) }

    /// Whether programs read the output. Read from the arguments directly, because the parser may have rejected them.
    static let isJSON = CommandLine.arguments.dropFirst().prefix { $0 != "--" }.contains("--json")

    /// Prints the error that ended the command: for people, and with `--json` also for programs.
    static func complain(_ error: any Error) {
        record(error)
        let error = (error as? SiteFailure)?.error ?? error
        switch error {
        case is ChangesFound, is ChecksFailed, is StepsPostponed: return
        case let mistakes as Mistakes:
            for mistake in mistakes.shown { talk(mistake.description.inLine) }
            let count = mistakes.all.count
            talk("mxprovision: \(count) mistake\(count == 1 ? "" : "s"); nothing was contacted")
        case let ended as SitesEnded where ended.status != .interrupted: return
        case _ where error.isInterruption || error is SitesEnded:
            talk("mxprovision: interrupted; completed changes are recorded. Run the command again to continue")
        default:
            talk("mxprovision: \(ErrorDescription(error).text)")
        }
    }

    /// Prints an error for programs, one object per line, if the output is JSON.
    static func record(_ error: any Error) {
        guard isJSON else { return }
        for line in FailureRecord.lines(of: error) {
            do { print(unescaped: try JSONLine.encode(line)) } catch {
                talk("mxprovision: \(ErrorDescription(error).text.printable)")
            }
        }
    }

    /// Prints the error of one of several sites.
    static func complain(_ error: any Error, of site: String) {
        guard !error.isInterruption else { return }
        talk("mxprovision: \(site): \(ErrorDescription(error).text)")
    }

    /// Whether standard output is a terminal.
    static var isTerminal: Bool { isatty(STDOUT_FILENO) == 1 }

    /// Returns whether to print colours: only on a terminal that supports them, and not if `NO_COLOR` is set
    /// (no-color.org).
    static func usesColour(environment: [String: String], isTerminal: Bool = isTerminal) -> Bool {
        isTerminal && (environment["NO_COLOR"] ?? "").isEmpty && environment["TERM"] != "dumb"
    }
}
