import ConfigurationFiles

/// A cache of the steps that were read for other sites. An entry is reused if the variables that it uses have the same
/// values: most steps are the same at all sites.
final class StepMemory {
    private struct Read {
        var given: [String: Variable?]
        var steps: [Step]
        var mistakes: [Mistake]
    }

    /// Maximum number of variants that are kept for each step. More are not worth it, because they differ from site to
    /// site.
    private static let enough = 4
    private var kept: [Int: [Read]] = [:]

    /// Returns the steps of an entry from the cache, or reads them.
    ///
    /// - Parameters:
    ///   - item: the entry's index in the playbook.
    ///   - read: reads the entry if it is not in the cache.
    func steps(_ item: Int, _ parameters: inout Parameters, _ read: (inout Parameters) -> [Step]) -> [Step] {
        let values = parameters.variables.values
        if let known = kept[item]?.first(where: { $0.given.allSatisfy { values[$0.key] == $0.value } }) {
            parameters.skipUnknown()
            parameters.mistakes += known.mistakes
            return known.steps
        }
        let asked = Variables.Asked()
        parameters.variables = Variables(values, noting: asked)
        let steps = read(&parameters)
        parameters.finish()
        let given = asked.names.map { ($0, values[$0]) }
        kept[item, default: []].append(
            Read(given: Dictionary(uniqueKeysWithValues: given), steps: steps, mistakes: parameters.mistakes))
        if kept[item, default: []].count > Self.enough { kept[item]?.removeFirst() }
        return steps
    }
}
