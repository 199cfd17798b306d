package import RemoteShell

extension CommandResult {
    /// The last 8 lines of standard error, or of standard output if standard error is empty.
    package var tail: String {
        let lines = (errors.isEmpty ? text : errorText).split(whereSeparator: \.isNewline).suffix(8)
        return lines.joined(separator: "\n")
    }
}
