import RemoteShell

extension Completion {
    /// What standard error names in this form, by its one group. Most often there is nothing, and reading the expression
    /// would take longer than all else that is made of an answer.
    func named(_ form: @autoclosure () -> Regex<(Substring, Substring)>) -> Set<String> {
        errors.isEmpty ? [] : Set(errorText.matches(of: form()).map { String($0.1) })
    }
}
