/// Something that a host is sent to do, among others in the same round trip.
public enum Errand: Sendable, Hashable {
    /// Its exit status is an answer.
    case question(Script)
    /// What comes behind it is only done where it ends with zero.
    case change(Script)

    public var script: Script {
        switch self {
        case .question(let script), .change(let script): script
        }
    }

    var isChange: Bool {
        switch self {
        case .question: false
        case .change: true
        }
    }

    func isStopped(by answer: Completion) -> Bool { isChange && answer.exit != 0 }
}
