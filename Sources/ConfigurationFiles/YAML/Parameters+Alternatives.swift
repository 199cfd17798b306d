import Diagnostics
import Foundation

extension Parameters {
    /// Returns which of some keys is given. If none or several are given, returns nil and reports a mistake.
    package mutating func exactlyOne(of keys: [String], for purpose: String) -> String? {
        let given = keys.filter { isGiven($0) }
        if given.count == 1 { return given[0] }
        if let second = given.dropFirst().first {
            wrong(second, "\(quoted(given)) cannot be combined; expected only one of them to \(purpose)")
        } else {
            missing(keys, "one of \(quoted(keys)) is required to \(purpose)")
        }
        return nil
    }

    /// Returns whether a key is present, and registers it as known.
    private mutating func isGiven(_ key: String) -> Bool {
        know(key)
        return keys.contains(key)
    }

    /// Returns the path in a required key. A relative path is resolved against the folder of the file that is read; `~`
    /// is the home folder.
    package mutating func path(_ key: String) -> String {
        let text = string(key)
        return text.isEmpty ? text : resolved(text)
    }

    package mutating func optionalPath(_ key: String) -> String? { optionalString(key).map(resolved) }

    package func resolved(_ path: String) -> String {
        let expanded = NSString(string: path).expandingTildeInPath
        let folder = URL(filePath: file).deletingLastPathComponent()
        return URL(filePath: expanded, relativeTo: folder).standardizedFileURL.path(percentEncoded: false)
    }
}
