import ArgumentParser

extension ClosedRange<Int> {
    /// Checks the value of an option.
    ///
    /// - Throws: `ValidationError` if the range does not contain the value.
    func check(_ value: Int, of option: String, unit: String = "seconds") throws {
        guard !contains(value) else { return }
        throw ValidationError("invalid value `\(value)` for \(option); expected \(lowerBound) to \(upperBound) \(unit)")
    }
}
