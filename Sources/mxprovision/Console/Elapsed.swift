/// How long something took.
extension Duration {
    /// `12.3 s`, below a tenth of a second `45 ms`; nil below a millisecond, where a figure would say nothing.
    var words: String? {
        let milliseconds = wholeMilliseconds
        return switch milliseconds {
        case ..<1: nil
        case ..<100: "\(milliseconds) ms"
        default: "\(milliseconds / 1000).\(milliseconds % 1000 / 100) s"
        }
    }

    /// Rounded down to milliseconds.
    var inSeconds: Double {
        Double(wholeMilliseconds) / 1000
    }

    /// Rounded towards zero. A duration of any length has some.
    private var wholeMilliseconds: Int64 {
        let (seconds, attoseconds) = components
        guard abs(Double(seconds)) < 1e15 else {
            return seconds < 0 ? -1_000_000_000_000_000_000 : 1_000_000_000_000_000_000
        }
        return seconds * 1000 + attoseconds / 1_000_000_000_000_000
    }

    /// Of a number that a file holds, which may be any.
    init(storedSeconds seconds: Double) {
        self = .seconds(seconds.isFinite ? min(max(seconds, -1e12), 1e12) : 0)
    }
}
