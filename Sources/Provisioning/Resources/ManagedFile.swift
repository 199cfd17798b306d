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
            path: parameters.absolutePath("path"),
            content: parameters.content(),
            mode: parameters.mode(default: "0644"),
            owner: parameters.owner()
        )
        parameters.finish()
    }

    public var probe: Script {
        """
        [ -e \(path) ] || exit 3
        stat -c '%a %U:%G' \(path)
        cat \(path)
        """
    }

    public struct Found: Sendable, Equatable {
        var mode: String
        var owner: String
        var content: Data
    }

    /// Nil where there is no such file.
    public func observation(from answer: Completion) throws -> Found? {
        if answer.exit == 3 { return nil }
        guard answer.exit == 0, let end = answer.output.firstIndex(of: UInt8(ascii: "\n")) else {
            throw UnreadableAnswer(expected: "a file", answer: answer)
        }
        let words = String(decoding: answer.output[..<end], as: UTF8.self).split(separator: " ")
        guard words.count == 2 else { throw UnreadableAnswer(expected: "a file's mode and owner", answer: answer) }
        let content = answer.output[answer.output.index(after: end)...]
        return Found(mode: String(words[0]), owner: String(words[1]), content: Data(content))
    }

    public func changes(from observed: Found?) -> [Change] {
        guard let observed else { return [Change(path, from: nil, to: "\(content.utf8.count) bytes")] }
        var changes: [Change] = []
        if observed.content != Data(content.utf8) {
            changes.append(
                Change(path, from: "\(observed.content.count) bytes", to: "\(content.utf8.count) bytes, other content")
            )
        }
        if Int(observed.mode, radix: 8) != Int(mode, radix: 8) {
            changes.append(Change("mode of \(path)", from: observed.mode, to: mode))
        }
        if observed.owner != owner { changes.append(Change("owner of \(path)", from: observed.owner, to: owner)) }
        return changes
    }

    /// Written beside and renamed over it: nobody ever reads half a file.
    public func remedy(for observed: Found?) -> Script {
        """
        mkdir -p "$(dirname \(path))"
        new=\(path + ".mxprovision")
        (umask 077; printf %s \(content) >"$new")
        chown \(owner) "$new"
        chmod \(mode) "$new"
        mv -T "$new" \(path)
        """
    }
}

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

    public var probe: Script { "[ -d \(path) ] || exit 3; stat -c '%a %U:%G' \(path)" }

    /// Mode and owner; nil where there is no such directory.
    public func observation(from answer: Completion) throws -> [String]? {
        if answer.exit == 3 { return nil }
        let words = answer.text.split(whereSeparator: \.isWhitespace).map(String.init)
        guard answer.exit == 0, words.count == 2 else {
            throw UnreadableAnswer(expected: "a directory's mode and owner", answer: answer)
        }
        return words
    }

    public func changes(from observed: [String]?) -> [Change] {
        guard let observed else { return [Change(path, from: nil, to: "a directory")] }
        var changes: [Change] = []
        if Int(observed[0], radix: 8) != Int(mode, radix: 8) {
            changes.append(Change("mode of \(path)", from: observed[0], to: mode))
        }
        if observed[1] != owner { changes.append(Change("owner of \(path)", from: observed[1], to: owner)) }
        return changes
    }

    public func remedy(for observed: [String]?) -> Script {
        "mkdir -p \(path); chown \(owner) \(path); chmod \(mode) \(path)"
    }
}

extension Parameters {
    mutating func absolutePath(_ key: String) -> String {
        let path = string(key)
        if !path.isEmpty, !path.hasPrefix("/") || path.contains(where: \.isNewline) {
            wrong(key, "`\(key)` is `\(path)`; an absolute path is wanted")
        }
        return path
    }

    mutating func mode(default standard: String) -> String {
        let mode = optionalString("mode") ?? standard
        if mode.wholeMatch(of: /[0-7]{3,4}/) == nil {
            wrong("mode", "`mode` is `\(mode)`; octal like `0644` is wanted")
        }
        return mode
    }

    mutating func owner() -> String {
        let owner = optionalString("owner") ?? "root:root"
        if owner.wholeMatch(of: /[a-z_][a-z0-9_-]*:[a-z_][a-z0-9_-]*/) == nil {
            wrong("owner", "`owner` is `\(owner)`; `user:group` is wanted")
        }
        return owner
    }

    /// Text that stands in the playbook, or in a file beside it.
    mutating func content() -> String {
        switch exactlyOne(of: ["content", "source"], for: "say what is in it") {
        case "content"?: return string("content")
        case _?:
            let path = path("source")
            guard let text = try? String(contentsOfFile: path, encoding: .utf8) else {
                wrong("source", "`source` is `\(path)`, which cannot be read as UTF-8")
                return ""
            }
            return text
        case nil: return ""
        }
    }
}
