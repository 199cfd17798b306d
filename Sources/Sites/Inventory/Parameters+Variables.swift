import ConfigurationFiles
import Engine
import Yams

extension Parameters {
    /// Reads variables with names of the user: texts, lists, booleans for `when`, and sources of secrets.
    mutating func freeVariables() -> [String: Variable] {
        var variables: [String: Variable] = [:]
        for name in keys {
            guard name.wholeMatch(of: /[A-Za-z_][A-Za-z0-9_]*/) != nil else {
                wrong(name, "invalid name `\(name)`; expected letters, digits, `_`")
                know(name)
                continue
            }
            guard let value = entry(name)?.value else { continue }
            switch value {
            case .mapping: variables[name] = secretSource(name).map { .secret($0) }
            case .sequence: variables[name] = .list(strings(name))
            case .scalar(let scalar) where scalar.style == .plain && ["true", "false"].contains(scalar.string):
                variables[name] = .flag(scalar.string == "true")
            case .scalar, .alias: variables[name] = .text(string(name))
            }
        }
        return variables
    }
}
