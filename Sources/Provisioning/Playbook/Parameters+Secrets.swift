import Yams

extension Parameters {
    /// Where a secret comes from: a `{{ name }}` that stands for one, or `env`, `file` or `command`.
    mutating func secretSource(_ key: String) -> SecretSource? {
        guard let entry = required(key) else { return nil }
        if let match = entry.value.scalar?.string.wholeMatch(of: /\{\{\s*([^{}]*?)\s*\}\}/),
            case .secret(let source)? = variables[String(match.1)]
        {
            return source
        }
        return section(key) { SecretSource(&$0) } ?? nil
    }
}
