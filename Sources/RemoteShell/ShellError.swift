/// Why a script did not come to its end.
public enum ShellError: Error, Sendable, Equatable {
    /// The answer ended early: the connection broke, or the host's shell was killed.
    case truncated(expected: Int, got: Int, errors: String)
}
