public import ConfigurationFiles
import Diagnostics
public import Foundation
public import RemoteShell

/// A file with given content, owner and mode.
public struct ManagedFile: Resource {
    public static let kind = "file"
    /// The absolute path.
    public let path: String
    public let content: String
    /// The octal mode.
    public let mode: String
    /// User and group, `user:group`.
    public let owner: String

    package init(path: String, content: String, mode: String, owner: String = "root:root") {
        self.path = path
        self.content = content
        self.mode = mode
        self.owner = owner
    }

    public init(_ parameters: inout Parameters) {
        self.init(
            path: parameters.filePath("path"),
            content: parameters.content(),
            mode: parameters.mode(default: "0644"),
            owner: parameters.owner()
        )
        parameters.finish()
    }

    public var objects: [ManagedObject] { [.file(path)] }

    /// Reads only a regular file, because a pipe at the path would block the command batch.
    public var probe: Script {
        """
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
    }

    private static let type = Pattern(/[a-z ]+/)

    public func observation(from answer: CommandResult) throws -> Found {
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
        let size = "\(content.utf8.count) bytes"
        switch observed {
        case .absent: return [Change(path, from: nil, to: size)]
        case .obstacle(let type): return [Change(path, from: "a \(type)", to: size)]
        case .file(let access, let found):
            let isSame = found == Data(content.utf8)
            return (isSame ? [] : [Change(path, from: "\(found.count) bytes", to: size + ", other content")])
                + access.changes(of: path, toMode: mode, owner: owner)
        }
    }

    public func repair(for observed: Found) -> Script {
        "\(.replacement)printf %s \(content) | replace \(mode) \(owner) \(path)"
    }
}
