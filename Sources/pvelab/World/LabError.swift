import Foundation

/// An error of creating or using the lab.
enum LabError: Error, Equatable {
    /// A program failed: command line, exit status, standard error.
    case tool(String, Int32, String)
    /// A timeout: what was expected, after how many seconds, and the log file.
    case late(String, seconds: Int, log: String)
    case notRoot
    case missingProgram(String)
    case notUp
    case halfUp
    case noSuchGuest(Int)
    case noSuchTemplate(String)
    case notRunning(Int)
    case refused(String)
}

extension LabError: LocalizedError {
    var errorDescription: String? {
        switch self {
        case .tool(let command, let status, _): "`\(command)` failed with status \(status)"
        case .late(let what, let seconds, _): "\(what) did not answer within \(seconds) seconds"
        case .notRoot: "the lab creates namespaces and containers, which requires root"
        case .missingProgram(let name): "the program `\(name)` is missing"
        case .notUp: "the lab is not up"
        case .halfUp: "the lab is incomplete"
        case .noSuchGuest(let id): "there is no guest \(id)"
        case .noSuchTemplate(let file):
            "the OS template \(file) is missing; create the lab again with `pvelab down` and `up`"
        case .notRunning(let id): "guest \(id) is not running"
        case .refused(let why): why
        }
    }

    var failureReason: String? {
        switch self {
        case .tool(_, _, let said): said.split(separator: "\n").suffix(5).joined(separator: "\n")
        case .halfUp: "its namespaces exist, but its daemon does not answer"
        default: nil
        }
    }

    var recoverySuggestion: String? {
        switch self {
        case .late(_, _, let log): "Read \(log), then run `pvelab down` and `pvelab up`."
        case .notRoot: "Run it with sudo."
        case .missingProgram: "Run `.ci/install-dependencies`."
        case .notUp: "Run `pvelab up`."
        case .halfUp: "Run `pvelab down`, then `pvelab up`."
        default: nil
        }
    }
}
