import RemoteShell

/// Where a secret comes from. The inventory never holds one itself.
public enum SecretSource: Sendable, Hashable {
    /// The name of an environment variable.
    case environment(String)
    /// A file that nobody but its owner may touch.
    case file(path: String)
    /// A program with its arguments; what it prints is the secret. No shell is involved.
    case command([String])
}

extension SecretSource {
    private static let variable = Pattern(/[A-Za-z_][A-Za-z0-9_]*/)

    init?(_ parameters: inout Parameters) {
        switch parameters.exactlyOne(of: ["env", "file", "command"], for: "get the secret from") {
        case "env"?:
            let name = parameters.string("env")
            guard Self.variable.fits(name) else {
                parameters.wrong(
                    "env", "`env` is no name of an environment variable: letters, digits and `_` are wanted")
                return nil
            }
            ChildEnvironment.hide(name)
            self = .environment(name)
        case "file"?: self = .file(path: parameters.path("file"))
        case _?:
            let words = parameters.strings("command")
            guard let program = words.first, !program.isEmpty else {
                parameters.wrong("command", "`command` is empty; a list of a program and its arguments is wanted")
                return nil
            }
            self = .command([program.contains("/") ? parameters.resolved(program) : program] + words.dropFirst())
        case nil: return nil
        }
    }
}
