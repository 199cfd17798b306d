import RemoteShell

extension CommandResult {
    /// Returns the values of the form's one capture group in standard error.
    ///
    /// Standard error is empty in most results. Then the expression is not compiled: that would take longer than all
    /// other evaluation of the result.
    package func named(_ form: @autoclosure () -> Regex<(Substring, Substring)>) -> Set<String> {
        errors.isEmpty ? [] : Set(errorText.matches(of: form()).map { String($0.1) })
    }
}
