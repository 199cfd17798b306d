/// The values of `{{ name }}` references. Records which names were used.
package struct Variables {
    /// The names that were used, shared by all readers of one step.
    package final class Asked {
        package init() {}
        package fileprivate(set) var names: Set<String> = []
    }

    package let values: [String: Variable]
    private let asked: Asked?

    package init(_ values: [String: Variable] = [:], noting asked: Asked? = nil) {
        self.values = values
        self.asked = asked
    }

    package subscript(name: String) -> Variable? {
        asked?.names.insert(name)
        return values[name]
    }
}
