import Foundation
import Provisioning
import Synchronization

/// Where a command's words go: results to standard output, talk about errors to standard error.
enum Console {
    /// Sites that are worked on at once do not write into each other's lines.
    private static let turn = Mutex(())

    static func print(_ line: String) { write(line + "\n", to: .standardOutput) }

    static func talk(_ line: String) { write(line + "\n", to: .standardError) }

    static func write(_ text: String, to file: FileHandle) {
        turn.withLock { _ in file.write(Data(text.utf8)) }
    }

    static func complain(_ error: any Error) {
        switch error {
        case is ChangesFound, is ChecksFailed, is StepsPostponed: return
        case let mistakes as Mistakes:
            for mistake in mistakes.all { talk(mistake.description.printable) }
            let count = mistakes.all.count
            talk("mxprovision: \(count) mistake\(count == 1 ? "" : "s"); nothing was contacted")
        case let ended as SitesEnded where ended.status != .interrupted: return
        case is CancellationError, is SitesEnded:
            talk("mxprovision: interrupted; what was done is recorded, run the command again to go on")
        default:
            talk("mxprovision: \(Complaint(error).text.printable)")
        }
    }

    /// Of one site among others.
    static func complain(_ error: any Error, of site: String) {
        guard !(error is CancellationError) else { return }
        talk("mxprovision: \(site): \(Complaint(error).text.printable)")
    }

    /// Whether a person is reading along.
    static var isTerminal: Bool { isatty(STDOUT_FILENO) == 1 }

    /// Colours only where a terminal shows them and nobody has asked for none (no-color.org).
    static func usesColour(environment: [String: String], isTerminal: Bool = isTerminal) -> Bool {
        isTerminal && (environment["NO_COLOR"] ?? "").isEmpty && environment["TERM"] != "dumb"
    }
}
