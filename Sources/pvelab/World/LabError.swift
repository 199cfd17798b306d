import Foundation

/// What can go wrong while the lab's world is made or used.
enum LabError: Error, Equatable {
    /// Command line, exit status, standard error.
    case tool(String, Int32, String)
    /// What was awaited, for how many seconds, and where to look.
    case late(String, seconds: Int, log: String)
    case notRoot
    case missingProgram(String)
    case notUp
    case halfUp
    case noSuchGuest(Int)
    case notRunning(Int)
    case refused(String)
}

extension LabError: LocalizedError {
    var errorDescription: String? {
        switch self {
        case .tool(let command, let status, _): "`\(command)` ended with status \(status)"
        case .late(let what, let seconds, _): "\(what) did not answer within \(seconds) seconds"
        case .notRoot: "the lab makes namespaces and containers, which only root may"
        case .missingProgram(let name): "the program `\(name)` is missing"
        case .notUp: "the lab is not up"
        case .halfUp: "the lab is only half there"
        case .noSuchGuest(let id): "there is no guest \(id)"
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
