import Foundation
import Resources

/// The user's base directories (XDG Base Directory Specification).
package enum BaseDirectory: String {
    case state = "XDG_STATE_HOME"
    case data = "XDG_DATA_HOME"

    /// Returns the directory that the variable names if that is an absolute path, else the default in the home
    /// directory.
    package func path(in environment: [String: String]) -> String {
        if let path = environment[rawValue], path.hasPrefix("/") { return path }
        let home = environment["HOME"] ?? NSHomeDirectory()
        return home + (self == .state ? "/.local/state" : "/.local/share")
    }
}
