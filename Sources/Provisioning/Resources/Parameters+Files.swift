import Foundation

extension Parameters {
    private static let octal = Pattern(/[0-7]{3,4}/)
    private static let ownership = Pattern(/[a-z_][a-z0-9_-]*:[a-z_][a-z0-9_-]*/)
    private static let plainPath = Pattern(/\/[A-Za-z0-9._\/-]+/)

    mutating func absolutePath(_ key: String) -> String {
        let path = string(key)
        if !path.isEmpty, !Self.isAbsolute(path) {
            wrong(key, "`\(key)` is `\(path)`; an absolute path is wanted")
        }
        return path
    }

    /// A mapping of absolute paths to absolute paths, empty where it is not given.
    mutating func absolutePaths(_ key: String) -> [(String, String)] {
        let pairs = optionalMap(key) ?? []
        for path in pairs.flatMap({ [$0.key, $0.value] }) where !Self.isAbsolute(path) {
            wrong(key, "`\(path)` in `\(key)` is no absolute path")
        }
        return pairs.map { ($0.key, $0.value) }
    }

    private static func isAbsolute(_ path: String) -> Bool {
        path.hasPrefix("/") && !path.contains { $0.isNewline || $0 == "\0" }
    }

    mutating func filePath(_ key: String) -> String {
        let path = absolutePath(key)
        if path.hasSuffix("/") { wrong(key, "`\(key)` is `\(path)`, a directory's path; a file's is wanted") }
        return path
    }

    mutating func mode(default standard: String) -> String {
        let mode = optionalString("mode") ?? standard
        if !Self.octal.fits(mode) {
            wrong("mode", "`mode` is `\(mode)`; octal like `0644` is wanted")
        }
        return mode
    }

    mutating func owner() -> String {
        let owner = optionalString("owner") ?? "root:root"
        if !Self.ownership.fits(owner) {
            wrong("owner", "`owner` is `\(owner)`; `user:group` is wanted")
        }
        return owner
    }

    /// Text that stands in the playbook, or in a file beside it.
    mutating func content() -> String {
        switch exactlyOne(of: ["content", "source"], for: "say what is in it") {
        case "content"?:
            let text = string("content")
            if text.contains("\0") { wrong("content", "`content` has a NUL in it, which no shell can carry") }
            return text
        case _?: return text(ofFile: "source")
        case nil: return ""
        }
    }

    /// The text of a file beside the playbook, or in one of the folders that the operator has listed.
    mutating func text(ofFile key: String) -> String {
        let path = path(key)
        guard !path.isEmpty else { return "" }
        guard SourceRoots.contain(path, besides: file) else {
            wrong(
                key,
                "`\(key)` is `\(path)`, which is outside of the playbook's folder; move it there, "
                    + "or list its folder with `--source-root`")
            return ""
        }
        guard let text = try? String(contentsOfFile: path, encoding: .utf8) else {
            wrong(key, "`\(key)` is `\(path)`, which cannot be read as UTF-8")
            return ""
        }
        if text.contains("\0") { wrong(key, "`\(key)` is `\(path)`, which has a NUL in it") }
        return text
    }

    /// The path of a lookup table, which postmap(1) takes behind its type.
    mutating func tablePath(_ key: String) -> String {
        let path = filePath(key)
        if !Self.plainPath.fits(path) {
            wrong(key, "`\(key)` is `\(path)`; letters, digits, `.`, `_` and `-` are wanted in it")
        }
        return path
    }
}
