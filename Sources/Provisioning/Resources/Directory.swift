public import RemoteShell

/// A directory with given owner and mode.
public struct Directory: Resource {
    public static let kind = "directory"
    public let path: String
    public let mode: String
    public let owner: String

    public init(_ parameters: inout Parameters) {
        path = parameters.absolutePath("path")
        mode = parameters.mode(default: "0755")
        owner = parameters.owner()
        parameters.finish()
    }

    /// Of what a link leads to, as `chown` and `chmod` follow it too.
    public var probe: Script { "[ -d \(path) ] || exit 3; stat -L -c '%a %U:%G' \(path)" }

    /// Nil where there is no such directory.
    public func observation(from answer: Completion) throws -> Access? {
        if answer.exit == 3, answer.output.isEmpty { return nil }
        guard answer.exit == 0, answer.text.last == "\n", let access = Access(String(answer.text.dropLast())) else {
            throw UnreadableAnswer(expected: "a directory's mode and owner", answer: answer)
        }
        return access
    }

    public func changes(from observed: Access?) -> [Change] {
        guard let observed else { return [Change(path, from: nil, to: "a directory")] }
        return observed.changes(of: path, toMode: mode, owner: owner)
    }

    /// Only with five digits does GNU's chmod(1) take away a directory's set-group-ID bit.
    public func remedy(for observed: Access?) -> Script {
        "mkdir -p \(path); chown \(owner) \(path); chmod \("00" + mode) \(path)"
    }
}
