import Diagnostics
import RemoteShell
import Yams

extension Parameters {
    /// Returns the source of a secret in a required key: a `{{ name }}` that refers to a secret, or a section with
    /// `env`, `file` or `command`.
    package mutating func secretSource(_ key: String) -> SecretSource? {
        guard let entry = required(key) else { return nil }
        if let name = entry.value.scalar.flatMap({ Template.reference($0.string) }),
            case .secret(let source)? = variables[name]
        {
            return source
        }
        return section(key) { SecretSource(&$0) } ?? nil
    }
}

extension SecretSource {
    private static let variable = Pattern(/[A-Za-z_][A-Za-z0-9_]*/)

    package init?(_ parameters: inout Parameters) {
        switch parameters.exactlyOne(of: ["env", "file", "command"], for: "specify the secret") {
        case "env"?:
            let name = parameters.string("env")
            guard Self.variable.fits(name) else {
                parameters.wrong(
                    "env", "`env`: invalid name of an environment variable; expected letters, digits, `_`")
                return nil
            }
            ChildEnvironment.hide(name)
            self = .environment(name)
        case "file"?: self = .file(path: parameters.path("file"))
        case _?:
            let words = parameters.strings("command")
            guard let program = words.first, !program.isEmpty else {
                parameters.wrong("command", "`command` is empty; expected a list of a program and its arguments")
                return nil
            }
            self = .command([program.contains("/") ? parameters.resolved(program) : program] + words.dropFirst())
        case nil: return nil
        }
    }
}
