import Foundation
import Provisioning

/// Where a command's words go: results to standard output, talk about errors to standard error.
enum Console {
    static func print(_ line: String) {
        FileHandle.standardOutput.write(Data((line + "\n").utf8))
    }

    static func talk(_ line: String) {
        FileHandle.standardError.write(Data((line + "\n").utf8))
    }

    static func complain(_ error: any Error) {
        switch error {
        case is ChangesFound, is ChecksFailed, is StepsPostponed: return
        case let mistakes as Mistakes:
            for mistake in mistakes.all { talk(mistake.description.printable) }
            let count = mistakes.all.count
            talk("mxprovision: \(count) mistake\(count == 1 ? "" : "s"); nothing was contacted")
        case is CancellationError:
            talk("mxprovision: interrupted; what was done is recorded, run the command again to go on")
        default:
            talk("mxprovision: \(Complaint(error).text.printable)")
        }
    }

    /// Whether a person is reading along.
    static var isTerminal: Bool { isatty(STDOUT_FILENO) == 1 }

    /// Colours only where a terminal shows them and nobody has asked for none (no-color.org).
    static func usesColour(environment: [String: String], isTerminal: Bool = isTerminal) -> Bool {
        isTerminal && (environment["NO_COLOR"] ?? "").isEmpty && environment["TERM"] != "dumb"
    }
}
