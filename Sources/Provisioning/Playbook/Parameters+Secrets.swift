import Yams

extension Parameters {
    /// Where a secret comes from: a `{{ name }}` that stands for one, or `env`, `file` or `command`.
    mutating func secretSource(_ key: String) -> SecretSource? {
        guard let entry = required(key) else { return nil }
        if let name = entry.value.scalar.flatMap({ Template.reference($0.string) }),
            case .secret(let source)? = variables[name]
        {
            return source
        }
        return section(key) { SecretSource(&$0) } ?? nil
    }
}
