import Foundation
public import RemoteShell

/// A file with given content, owner and mode.
public struct ManagedFile: Resource {
    public static let kind = "file"
    public let path: String
    public let content: String
    public let mode: String
    public let owner: String

    init(path: String, content: String, mode: String, owner: String = "root:root") {
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

    public var probe: Script {
        """
        [ -e \(path) ] || exit 3
        stat -c '%a %U:%G' \(path) && cat \(path)
        """
    }

    public struct Found: Sendable, Equatable {
        var access: Access
        var content: Data
    }

    /// Nil where there is no such file.
    public func observation(from answer: Completion) throws -> Found? {
        if answer.exit == 3, answer.output.isEmpty { return nil }
        guard answer.exit == 0, let end = answer.output.firstIndex(of: UInt8(ascii: "\n")),
            let access = Access(String(decoding: answer.output[..<end], as: UTF8.self))
        else { throw UnreadableAnswer(expected: "a file with its mode and owner", answer: answer) }
        return Found(access: access, content: Data(answer.output[answer.output.index(after: end)...]))
    }

    public func changes(from observed: Found?) -> [Change] {
        guard let observed else { return [Change(path, from: nil, to: "\(content.utf8.count) bytes")] }
        var changes: [Change] = []
        if observed.content != Data(content.utf8) {
            changes.append(
                Change(path, from: "\(observed.content.count) bytes", to: "\(content.utf8.count) bytes, other content")
            )
        }
        return changes + observed.access.changes(of: path, toMode: mode, owner: owner)
    }

    /// Written beside and renamed over it: nobody ever reads half a file.
    public func remedy(for observed: Found?) -> Script {
        """
        mkdir -p "$(dirname \(path))"
        new=$(mktemp \(path + ".XXXXXX"))
        trap 'rm -f "$new"' EXIT
        printf %s \(content) >"$new"
        chown \(owner) "$new"
        chmod \(mode) "$new"
        mv -T "$new" \(path)
        """
    }
}
