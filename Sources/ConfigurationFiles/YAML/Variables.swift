/// The values of `{{ name }}` references. Records which names were used.
package struct Variables {
    /// The names that were used, shared by all readers of one step.
    package final class Asked {
        package init() {}
        package fileprivate(set) var names: Set<String> = []
    }

    package let values: [String: Variable]
    private let asked: Asked?
    private var added: Set<String> = []

    package init(_ values: [String: Variable] = [:], noting asked: Asked? = nil) {
        self.values = values
        self.asked = asked
    }

    /// Returns the same with one more, which is not recorded as used.
    package func adding(_ name: String, _ value: Variable) -> Variables {
        var variables = Variables(values.merging([name: value]) { $1 }, noting: asked)
        variables.added = added.union([name])
        return variables
    }

    package subscript(name: String) -> Variable? {
        if !added.contains(name) { asked?.names.insert(name) }
        return values[name]
    }
}
