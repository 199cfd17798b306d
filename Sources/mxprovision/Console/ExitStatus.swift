import Alerts
import ArgumentParser
import BackupMX
import ConfigurationFiles
import Engine
import Guests
import Sites

/// The exit status of the process (from sysexits.h where it defines one).
///
/// A command with several sites ends with the worst status. The cases are ordered from the least to the most severe:
/// what a run would change, what a later run may complete, what needs a manual fix, and an interruption by the user.
enum ExitStatus: Equatable, Comparable {
    case changesFound, deferred, held, usage, mistakes, failed, interrupted
    /// Set by the argument parser: help, version, or a usage error that it found.
    case parser

    init(of error: any Error) {
        self =
            switch error {
            case is Mistakes: .mistakes
            case is SiteLock.Held, is LeaseError: .held
            case _ where error.isInterruption: .interrupted
            case is UsageMistake, is SiteChoice.Refusal, is RoleError, QueueError.occupied: .usage
            case let ended as SitesEnded: ended.status
            case let failure as SiteFailure: ExitStatus(of: failure.error)
            case is ChangesFound: .changesFound
            case is ChecksFailed: .failed
            case is StepsPostponed: .deferred
            default: MXProvision.exitCode(for: error) == .failure ? .failed : .parser
            }
    }

    var code: Int32 {
        switch self {
        case .failed, .parser: 1
        case .changesFound: 2
        case .usage: 64
        case .mistakes: 65
        case .held, .deferred: 75
        case .interrupted: 130
        }
    }
}

/// The error of the only site that a command works on.
struct SiteFailure: Error {
    var site: String
    var error: any Error

    /// Runs the body and adds the site's name to the error that it throws.
    static func naming<Result>(_ site: String, _ body: () async throws -> Result) async throws -> Result {
        do { return try await body() } catch { throw SiteFailure(site: site, error: error) }
    }
}

/// Some of several sites are not done. Each of them is already reported; this is their worst status.
struct SitesEnded: Error {
    var status: ExitStatus
}

/// `plan` found changes. Reported by the exit status, not by a message.
struct ChangesFound: Error {}

/// `verify` or `doctor` found problems, which are already reported.
struct ChecksFailed: Error {}

/// `up` has deferred steps to its next run. Reported by the exit status, because the run already printed what and why.
struct StepsPostponed: Error {}
