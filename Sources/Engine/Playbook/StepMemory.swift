import ConfigurationFiles

/// A cache of the steps that were read for other sites. A step is reused if the variables that it uses have the same
/// values: most steps are the same at all sites.
final class StepMemory {
    private struct Read {
        var given: [String: Variable?]
        var step: Step?
        var mistakes: [Mistake]
    }

    /// Maximum number of variants that are kept for each step. More are not worth it, because they differ from site to
    /// site.
    private static let enough = 4
    private var kept: [Int: [Read]] = [:]

    /// Returns the step from the cache, or reads it.
    ///
    /// - Parameters:
    ///   - item: the step's index in the playbook.
    ///   - read: reads the step if it is not in the cache.
    package func step(_ item: Int, _ parameters: inout Parameters, _ read: (inout Parameters) -> Step?) -> Step? {
        let values = parameters.variables.values
        if let known = kept[item]?.first(where: { $0.given.allSatisfy { values[$0.key] == $0.value } }) {
            parameters.skipUnknown()
            parameters.mistakes += known.mistakes
            return known.step
        }
        let asked = Variables.Asked()
        parameters.variables = Variables(values, noting: asked)
        let step = read(&parameters)
        parameters.finish()
        let given = asked.names.map { ($0, values[$0]) }
        kept[item, default: []].append(
            Read(given: Dictionary(uniqueKeysWithValues: given), step: step, mistakes: parameters.mistakes))
        if kept[item, default: []].count > Self.enough { kept[item]?.removeFirst() }
        return step
    }
}
