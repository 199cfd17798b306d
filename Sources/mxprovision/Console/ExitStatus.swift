import ArgumentParser
import Provisioning

/// What the process ends with (sysexits.h where it has a name for it).
///
/// Of several sites the worst counts, and the cases stand from the least bad to the worst: what a run would change, what a
/// later run may find done, what somebody has to mend, and a person's wish to end it all.
enum ExitStatus: Equatable, Comparable {
    case changesFound, postponed, held, usage, mistakes, failed, interrupted
    /// The argument parser's own affair: help, version, a usage mistake that it found.
    case parser

    init(of error: any Error) {
        self =
            switch error {
            case is Mistakes: .mistakes
            case is SiteLock.Held, is LeaseError: .held
            case _ where error.isInterruption: .interrupted
            case is UsageMistake, is SiteChoice.Refusal, QueueError.occupied: .usage
            case let ended as SitesEnded: ended.status
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

/// Sites of several are not done, as has been told of each; the worst of their statuses.
struct SitesEnded: Error {
    var status: ExitStatus
}

/// `plan` found something to do; said by the exit status, not by a message.
struct ChangesFound: Error {}

/// `verify` or `doctor` found something amiss, which has been told.
struct ChecksFailed: Error {}

/// `up` has left something to its next run; said by the exit status, as the run has told what and why.
struct StepsPostponed: Error {}
