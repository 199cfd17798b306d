/// The text of a duration.
extension Duration {
    /// The duration as text, such as `12.3 s`, or `45 ms` if it is below a tenth of a second. Nil if it is below a
    /// millisecond, because the figure would be noise.
    var words: String? {
        let milliseconds = wholeMilliseconds
        return switch milliseconds {
        case ..<1: nil
        case ..<100: "\(milliseconds) ms"
        default: "\(milliseconds / 1000).\(milliseconds % 1000 / 100) s"
        }
    }

    /// The duration in seconds, rounded down to milliseconds.
    var inSeconds: Double {
        Double(wholeMilliseconds) / 1000
    }

    /// The duration in milliseconds, rounded towards zero. Durations beyond the range are clamped.
    private var wholeMilliseconds: Int64 {
        let (seconds, attoseconds) = components
        guard abs(Double(seconds)) < 1e15 else {
            return seconds < 0 ? -1_000_000_000_000_000_000 : 1_000_000_000_000_000_000
        }
        return seconds * 1000 + attoseconds / 1_000_000_000_000_000
    }

    /// Creates a duration from a number in a file, which may be any number.
    init(storedSeconds seconds: Double) {
        self = .seconds(seconds.isFinite ? min(max(seconds, -1e12), 1e12) : 0)
    }
}
