/// What each `{{ name }}` stands for, with a note of those that were asked for.
struct Variables {
    /// Which names were asked for; shared by all readers of one step.
    final class Asked {
        fileprivate(set) var names: Set<String> = []
    }

    let values: [String: Variable]
    private let asked: Asked?

    init(_ values: [String: Variable] = [:], noting asked: Asked? = nil) {
        self.values = values
        self.asked = asked
    }

    subscript(name: String) -> Variable? {
        asked?.names.insert(name)
        return values[name]
    }
}

/// The steps of a playbook as they were read for other sites. A step that asked for the same variables, and got the same for
/// them, is the same: most steps are at all sites.
final class StepMemory {
    private struct Read {
        var given: [String: Variable?]
        var step: Step?
        var mistakes: [Mistake]
    }

    /// What differs from site to site is not worth more than this to remember.
    private static let enough = 4
    private var kept: [Int: [Read]] = [:]

    /// - Parameters:
    ///   - item: the step's place in the playbook.
    ///   - read: reads it, where it is not known.
    func step(_ item: Int, _ parameters: inout Parameters, _ read: (inout Parameters) -> Step?) -> Step? {
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
