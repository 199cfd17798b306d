public import ConfigurationFiles
public import RemoteShell

/// A directory with given owner and mode.
public struct Directory: Resource {
    public static let kind = "directory"
    /// The absolute path.
    public let path: String
    /// The octal mode.
    public let mode: String
    /// User and group, `user:group`.
    public let owner: String

    public init(_ parameters: inout Parameters) {
        path = parameters.absolutePath("path")
        mode = parameters.mode(default: "0755")
        owner = parameters.owner()
        parameters.finish()
    }

    public var objects: [ManagedObject] { [.directory(path)] }

    /// Checks the target of a symbolic link, because `chown` and `chmod` follow links too.
    public var probe: Script {
        """
        [ -d \(path) ] || { [ -e \(path) ] || [ -L \(path) ] || exit 3; exit 4; }
        stat -L -c '%a %U:%G' \(path)
        """
    }

    public enum Found: Sendable, Equatable {
        case absent
        /// Something other than a directory is at the path.
        case obstacle
        case directory(FilePermissions)
    }

    public func observation(from answer: CommandResult) throws -> Found {
        if answer.exit == 3, answer.output.isEmpty { return .absent }
        if answer.exit == 4, answer.output.isEmpty { return .obstacle }
        guard answer.exit == 0, answer.text.last == "\n", let access = FilePermissions(String(answer.text.dropLast()))
        else {
            throw UnreadableAnswer(expected: "a directory's mode and owner", answer: answer)
        }
        return .directory(access)
    }

    public func changes(from observed: Found) -> [Change] {
        switch observed {
        case .absent: [Change(path, from: nil, to: "a directory")]
        case .obstacle: [Change(path, from: "not a directory", to: "a directory")]
        case .directory(let access): access.changes(of: path, toMode: mode, owner: owner)
        }
    }

    /// The mode has five digits: with fewer, GNU chmod(1) does not clear a directory's set-group-ID bit.
    public func repair(for observed: Found) -> Script {
        """
        \(.replacement)make_folder \(path)
        chown \(owner) \(path)
        chmod \("00" + mode) \(path)
        """
    }
}
