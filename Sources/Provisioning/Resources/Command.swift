public import RemoteShell

/// A program that is run where another one says that it is needed.
///
/// Both are lists of words, so that nothing in the playbook is ever read by a shell.
public struct Command: Resource {
    public static let kind = "command"
    public static let takesLong = true
    public let run: [String]
    /// Succeeds where there is nothing to do, and changes nothing.
    public let unless: [String]

    public init(_ parameters: inout Parameters) {
        run = parameters.strings("run")
        unless = parameters.strings("unless")
        if run.isEmpty { parameters.wrong("run", "`run` is empty; a program and its arguments are wanted") }
        if unless.isEmpty { parameters.wrong("unless", "`unless` is empty; a command needs a question of its own") }
        parameters.finish()
    }

    /// Through env(1), as a shell's own `eval`, `exit` and the like would come first otherwise.
    public var probe: Script { "env -- \(unless) >/dev/null 2>&1 && echo yes || echo no" }

    public func observation(from answer: Completion) throws -> Bool {
        switch answer.text {
        case "yes\n": true
        case "no\n": false
        default: throw UnreadableAnswer(expected: "`yes` or `no`", answer: answer)
        }
    }

    public func changes(from observed: Bool) -> [Change] {
        observed ? [] : [Change(run.joined(separator: " "), from: nil, to: "run")]
    }

    public func remedy(for observed: Bool) -> Script { "env -- \(run)" }
}
