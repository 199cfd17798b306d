import Foundation

extension Parameters {
    /// Which of some keys is given; nil, with a mistake noted, where none or several are.
    mutating func exactlyOne(of keys: [String], for purpose: String) -> String? {
        let given = keys.filter { isGiven($0) }
        if given.count == 1 { return given[0] }
        if let second = given.dropFirst().first {
            wrong(second, "\(quoted(given)) are given; one of them is wanted to \(purpose)")
        } else {
            wrong(nil, "one of \(quoted(keys)) is missing, to \(purpose)")
        }
        return nil
    }

    /// Whether a key stands there; it is known from now on.
    private mutating func isGiven(_ key: String) -> Bool {
        know(key)
        return keys.contains(key)
    }

    /// A file that must be named: relative to the folder of the file that is read, `~` being the home folder.
    mutating func path(_ key: String) -> String {
        let text = string(key)
        return text.isEmpty ? text : resolved(text)
    }

    mutating func optionalPath(_ key: String) -> String? { optionalString(key).map(resolved) }

    func resolved(_ path: String) -> String {
        let expanded = NSString(string: path).expandingTildeInPath
        let folder = URL(filePath: file).deletingLastPathComponent()
        return URL(filePath: expanded, relativeTo: folder).standardizedFileURL.path(percentEncoded: false)
    }
}
