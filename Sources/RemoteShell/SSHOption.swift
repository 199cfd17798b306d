import Foundation

/// One option of ssh_config(5), with its value in ssh's own syntax.
struct SSHOption: Sendable, Hashable {
    let name: String
    let value: String

    /// Creates an option with a literal value.
    ///
    /// - Parameter value: the text that ssh receives unchanged, whatever characters it contains.
    init(_ name: String, _ value: String) {
        self.name = name
        self.value = Self.quoted(value)
    }

    /// Creates an option whose value ssh expands: `%` tokens, `${NAME}`, and `~` at the start. ssh receives the path
    /// unchanged.
    ///
    /// - Parameter variables: receives the environment variable that carries a path that contains `${`, for which ssh
    ///   has no escape. ssh does not expand the value of a variable.
    init(_ name: String, path: String, _ variables: inout [String: String]) {
        let path = Self.absolute(path)
        if path.contains("${") {
            let variable = "MXPROVISION_" + name.uppercased()
            variables[variable] = path
            self.init(name, "${\(variable)}")
        } else {
            self.init(name, path.replacing("%", with: "%%"))
        }
    }

    /// The option as an argument of `ssh -o`.
    var argument: String { "\(name)=\(value)" }
    /// The option as a line of a configuration file.
    var line: String { "\(name) \(value)" }

    /// Quotes a value for argv_split in OpenSSH's misc.c: between double quotes, only the quote and the backslash are
    /// special. A plain word stays unquoted, because ssh treats the quotes of an option that holds a command as a part
    /// of it (`RemoteCommand none`).
    static func quoted(_ value: String) -> String {
        if value.wholeMatch(of: /[A-Za-z0-9_.\/:@,-]+/) != nil { return value }
        return "\"" + value.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
    }

    /// Makes a path absolute, because ssh expands a leading `~` to a home directory, and `none` means no file.
    static func absolute(_ path: String) -> String {
        path.hasPrefix("/") ? path : "\(FileManager.default.currentDirectoryPath)/\(path)"
    }
}
