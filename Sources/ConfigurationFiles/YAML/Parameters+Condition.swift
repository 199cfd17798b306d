import Diagnostics

extension Parameters {
    /// Returns whether all flags in a key hold, each written as `NAME` or `not NAME`. Returns true if the key is
    /// missing.
    package mutating func condition(_ key: String) -> Bool {
        var holds = true
        for (item, text) in (optionalStrings(key) ?? []).enumerated() {
            let isNegated = text.hasPrefix("not ")
            let name = isNegated ? text.dropFirst(4).trimmingPrefix { $0 == " " } : text[...]
            if case .flag(let value)? = variables[String(name)] {
                if value == isNegated { holds = false }
            } else {
                let flags = variables.values.filter { if case .flag = $0.value { true } else { false } }.keys.sorted()
                wrong(
                    key, item: item, "`\(key)`: unknown flag `\(name)`; \(hint(for: String(name), among: flags))")
            }
        }
        return holds
    }
}
