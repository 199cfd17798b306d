import Foundation
import Provisioning

/// Prints a command's results to standard output, and messages about errors to standard error.
enum Console {
    static func print(_ line: String) { OutputStream.output.write(line + "\n") }

    static func talk(_ line: String) { OutputStream.errors.write(line + "\n") }

    /// Without a newline at the end.
    static func draw(_ text: String) { OutputStream.output.write(text) }

    static func complain(_ error: any Error) {
        switch error {
        case is ChangesFound, is ChecksFailed, is StepsPostponed: return
        case let mistakes as Mistakes:
            for mistake in mistakes.all { talk(mistake.description.printable) }
            let count = mistakes.all.count
            talk("mxprovision: \(count) mistake\(count == 1 ? "" : "s"); nothing was contacted")
        case let ended as SitesEnded where ended.status != .interrupted: return
        case _ where error.isInterruption || error is SitesEnded:
            talk("mxprovision: interrupted; what was done is recorded, run the command again to go on")
        default:
            talk("mxprovision: \(Complaint(error).text.printable)")
        }
    }

    /// Of one site among others.
    static func complain(_ error: any Error, of site: String) {
        guard !error.isInterruption else { return }
        talk("mxprovision: \(site): \(Complaint(error).text.printable)")
    }

    /// Whether a person is reading along.
    static var isTerminal: Bool { isatty(STDOUT_FILENO) == 1 }

    /// Colours only where a terminal shows them and nobody has asked for none (no-color.org).
    static func usesColour(environment: [String: String], isTerminal: Bool = isTerminal) -> Bool {
        isTerminal && (environment["NO_COLOR"] ?? "").isEmpty && environment["TERM"] != "dumb"
    }
}
