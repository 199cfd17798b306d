import Foundation

/// The user's base directories (XDG Base Directory Specification).
enum BaseDirectory: String {
    case state = "XDG_STATE_HOME"
    case data = "XDG_DATA_HOME"

    /// The directory that the variable names, if that is an absolute path; else the default in the home directory.
    func path(in environment: [String: String]) -> String {
        if let path = environment[rawValue], path.hasPrefix("/") { return path }
        let home = environment["HOME"] ?? NSHomeDirectory()
        return home + (self == .state ? "/.local/state" : "/.local/share")
    }
}
