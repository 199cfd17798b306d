import ConfigurationFiles
import Diagnostics
import Foundation

extension Parameters {
    private static let octal = Pattern(/[0-7]{3,4}/)
    private static let ownership = Pattern(/[a-z_][a-z0-9_-]*:[a-z_][a-z0-9_-]*/)
    private static let plainPath = Pattern(/\/[A-Za-z0-9._\/-]+/)

    mutating func absolutePath(_ key: String) -> String {
        let path = string(key)
        if !path.isEmpty, !Self.isAbsolute(path) {
            wrong(key, "`\(key)`: invalid value `\(path)`; expected an absolute path")
        }
        return path
    }

    /// Returns a mapping of absolute paths to absolute paths, or an empty list if the key is missing.
    mutating func absolutePaths(_ key: String) -> [(String, String)] {
        let pairs = optionalMap(key) ?? []
        for path in pairs.flatMap({ [$0.key, $0.value] }) where !Self.isAbsolute(path) {
            wrong(key, "`\(key)`: invalid path `\(path)`; expected an absolute path")
        }
        return pairs.map { ($0.key, $0.value) }
    }

    private static func isAbsolute(_ path: String) -> Bool {
        path.hasPrefix("/") && !path.contains { $0.isNewline || $0 == "\0" }
    }

    package mutating func filePath(_ key: String) -> String {
        let path = absolutePath(key)
        if path.hasSuffix("/") { wrong(key, "`\(key)`: `\(path)` is the path of a directory; expected a file") }
        return path
    }

    package mutating func mode(default standard: String) -> String {
        let mode = optionalString("mode") ?? standard
        if !Self.octal.fits(mode) {
            wrong("mode", "`mode`: invalid value `\(mode)`; expected octal digits like `0644`")
        }
        return mode
    }

    package mutating func owner() -> String {
        let owner = optionalString("owner") ?? "root:root"
        if !Self.ownership.fits(owner) {
            wrong("owner", "`owner`: invalid value `\(owner)`; expected `user:group`")
        }
        return owner
    }

    /// Returns the text of `content`, or of the file beside the playbook that `source` names.
    package mutating func content() -> String {
        let content = contentWithSecrets()
        if let plain = content.plain { return plain }
        wrong("content", "`content` has a secret, which this resource cannot keep; use `file`")
        return ""
    }

    /// Returns the same if the text can have secrets.
    mutating func contentWithSecrets() -> SecretText {
        switch exactlyOne(of: ["content", "source"], for: "specify the content") {
        case "content"?:
            let text = secretText("content") ?? SecretText("")
            if text.literals.contains(where: { $0.contains("\0") }) {
                wrong("content", "`content` contains a NUL, which a shell cannot handle")
            }
            return text
        case _?: return SecretText(text(ofFile: "source"))
        case nil: return SecretText("")
        }
    }

    /// Returns the text of a file beside the playbook, or in a folder that the operator has listed.
    package mutating func text(ofFile key: String) -> String {
        let path = path(key)
        guard !path.isEmpty else { return "" }
        if let text = BundledFiles.text(at: path) { return text }
        guard SourceRoots.contain(path, besides: file) else {
            wrong(
                key,
                "`\(key)`: `\(path)` is outside the playbook's folder; move it there, "
                    + "or add its folder with `--source-root`")
            return ""
        }
        let text: String
        do {
            let data = try Data(contentsOf: URL(filePath: path))
            // The guest gets the original text of the file with its line ends. Decoding only checks that it is valid.
            _ = try ExternalText.decode(data)
            text = String(decoding: data, as: UTF8.self)
        } catch {
            let reason = (error as? ExternalText.Fault)?.text ?? ErrorDescription.reason(of: error)
            wrong(key, "`\(key)`: cannot read `\(path)`: \(reason)")
            return ""
        }
        if text.contains("\0") { wrong(key, "`\(key)`: `\(path)` contains a NUL") }
        return text
    }

    /// Returns the path of a lookup table, in a form that postmap(1) accepts after the type.
    package mutating func tablePath(_ key: String) -> String {
        let path = filePath(key)
        if !Self.plainPath.fits(path) {
            wrong(key, "`\(key)`: invalid value `\(path)`; expected a path of letters, digits, `.`, `_`, `-`")
        }
        return path
    }
}
