/// How long something took.
extension Duration {
    /// `12.3 s`, below a tenth of a second `45 ms`; nil below a millisecond, where a figure would say nothing.
    var words: String? {
        let milliseconds = components.seconds * 1000 + components.attoseconds / 1_000_000_000_000_000
        return switch milliseconds {
        case ..<1: nil
        case ..<100: "\(milliseconds) ms"
        default: "\(milliseconds / 1000).\(milliseconds % 1000 / 100) s"
        }
    }

    /// Rounded down to milliseconds.
    var inSeconds: Double {
        let milliseconds = components.seconds * 1000 + components.attoseconds / 1_000_000_000_000_000
        return Double(milliseconds) / 1000
    }
}
