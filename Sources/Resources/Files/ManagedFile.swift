public import ConfigurationFiles
import Diagnostics
public import Foundation
public import RemoteShell
import Secrets

/// A file with given content, owner and mode.
///
/// If the content has a secret, all of it is one: the guest compares it, and never returns it.
public struct ManagedFile: SecretHolder {
    public static let kind = "file"
    /// The absolute path.
    public let path: String
    private var text: Text
    /// The octal mode.
    public let mode: String
    /// User and group, `user:group`.
    public let owner: String

    /// The program, with its arguments, that must accept a new content. `%s` stands for the path of the new file.
    private let validate: [String]

    private enum Text: Sendable {
        case plain(String)
        case locked(SecretText)
        case secret(Secret)
    }

    package init(path: String, content: String, mode: String, owner: String = "root:root") {
        self.path = path
        text = .plain(content)
        self.mode = mode
        self.owner = owner
        validate = []
    }

    public init(_ parameters: inout Parameters) {
        path = parameters.filePath("path")
        let content = parameters.contentWithSecrets()
        text = content.plain.map { .plain($0) } ?? .locked(content)
        mode = parameters.mode(default: content.plain == nil ? "0600" : "0644")
        if content.plain == nil, let bits = Int(mode, radix: 8), bits != 0o600, bits != 0o400 {
            parameters.wrong(
                "mode", "`mode`: invalid value `\(mode)` for a file with a secret; expected `0600` or `0400`")
        }
        owner = parameters.owner()
        validate = parameters.optionalStrings("validate") ?? []
        if parameters.keys.contains("validate"), !validate.dropFirst().contains("%s") {
            parameters.wrong(
                "validate",
                "`validate` has no argument `%s`; expected a program and its arguments, with `%s` for the new file")
        }
        parameters.finish()
    }

    /// The content, or nil if it is a secret.
    package var content: String? { if case .plain(let text) = text { text } else { nil } }

    /// - Throws: ``SecretError``
    public func unlocked(environment: [String: String]) throws -> ManagedFile {
        guard case .locked(let content) = text else { return self }
        var unlocked = self
        unlocked.text = .secret(try content.unlocked(environment: environment))
        return unlocked
    }

    /// The file with its secret, or nil if it has none.
    private var kept: KeptFile? {
        switch text {
        case .plain: nil
        case .locked: KeptFile(path: path, secret: Secret(""), mode: mode, owner: owner)
        case .secret(let secret): KeptFile(path: path, secret: secret, mode: mode, owner: owner)
        }
    }

    public var objects: [ManagedObject] { [.file(path)] }

    /// Reads only a regular file, because a pipe at the path would block the command batch.
    public var probe: Script {
        if let kept { return kept.probe }
        return """
            [ -e \(path) ] || exit 3
            [ -f \(path) ] || { stat -L -c %F \(path); exit 4; }
            stat -c '%a %U:%G' \(path) && cat \(path)
            """
    }

    public enum Found: Sendable, Equatable {
        case absent
        /// Something other than a regular file is at the path. The value is its type, as stat(1) prints it.
        case obstacle(String)
        case file(FilePermissions, content: Data)
        /// The comparison that the guest has made of a file with a secret.
        case compared(Comparison)
    }

    public struct Comparison: Sendable, Equatable {
        let found: KeptFile.Found?
    }

    private static let type = Pattern(/[a-z ]+/)

    public func observation(from answer: CommandResult) throws -> Found {
        if kept != nil {
            guard answer.exit == 0, answer.text.last == "\n",
                let found = KeptFile.found(in: String(answer.text.dropLast()))
            else { throw unreadable(answer) }
            return .compared(Comparison(found: found))
        }
        if answer.exit == 3, answer.output.isEmpty { return .absent }
        guard let end = answer.output.firstIndex(of: UInt8(ascii: "\n")) else { throw unreadable(answer) }
        let line = String(decoding: answer.output[..<end], as: UTF8.self)
        let content = Data(answer.output[answer.output.index(after: end)...])
        if answer.exit == 4, content.isEmpty, Self.type.fits(line) { return .obstacle(line) }
        guard answer.exit == 0, let access = FilePermissions(line) else { throw unreadable(answer) }
        return .file(access, content: content)
    }

    private func unreadable(_ answer: CommandResult) -> UnreadableAnswer {
        UnreadableAnswer(expected: "a file with its mode and owner", answer: answer)
    }

    public func changes(from observed: Found) -> [Change] {
        let content = content ?? ""
        let size = "\(content.utf8.count) bytes"
        switch observed {
        case .absent: return [Change(path, from: nil, to: size)]
        case .obstacle(let type): return [Change(path, from: "a \(type)", to: size)]
        case .file(let access, let found):
            let isSame = found == Data(content.utf8)
            return (isSame ? [] : [Change(path, from: "\(found.count) bytes", to: size + ", other content")])
                + access.changes(of: path, toMode: mode, owner: owner)
        case .compared(let comparison): return kept?.changes(from: comparison.found) ?? []
        }
    }

    /// What a program prints about a file with a secret is not shown, because it may contain the secret.
    public func repair(for observed: Found) -> Script {
        let file = kept ?? KeptFile(path: path, content: content ?? "", mode: mode, owner: owner)
        guard !validate.isEmpty else { return "\(.replacement)\(file.repair)" }
        guard content == nil else { return "\(.replacement)\(file.repair) \(validate)" }
        return "\(.replacement)\(file.repair) sh -c 'exec \"$@\" >/dev/null 2>&1' sh \(validate)"
    }
}
