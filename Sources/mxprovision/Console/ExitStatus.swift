import ArgumentParser
import Provisioning

/// What the process ends with (sysexits.h where it has a name for it).
enum ExitStatus: Equatable {
    case failed, changesFound, usage, mistakes, held, postponed, interrupted
    /// The argument parser's own affair: help, version, a usage mistake that it found.
    case parser

    init(of error: any Error) {
        self =
            switch error {
            case is Mistakes: .mistakes
            case is SiteLock.Held, is LeaseError: .held
            case is CancellationError: .interrupted
            case is UsageMistake: .usage
            case is ChangesFound: .changesFound
            case is ChecksFailed: .failed
            case is StepsPostponed: .postponed
            default: MXProvision.exitCode(for: error) == .failure ? .failed : .parser
            }
    }

    var code: Int32 {
        switch self {
        case .failed, .parser: 1
        case .changesFound: 2
        case .usage: 64
        case .mistakes: 65
        case .held, .postponed: 75
        case .interrupted: 130
        }
    }
}

/// `plan` found something to do; said by the exit status, not by a message.
struct ChangesFound: Error {}

/// `verify` or `doctor` found something amiss, which has been told.
struct ChecksFailed: Error {}

/// `up` has left something to its next run; said by the exit status, as the run has told what and why.
struct StepsPostponed: Error {}
