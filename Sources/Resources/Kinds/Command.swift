public import ConfigurationFiles
public import RemoteShell

/// A program that runs if another program reports that it is needed.
///
/// Both are lists of words, so that no shell interprets text of the playbook.
public struct Command: Resource {
    public static let kind = "command"
    public static let takesLong = true
    /// The program to run, with its arguments.
    public let run: [String]
    /// The program that checks whether `run` can be skipped, with its arguments. It succeeds if there is nothing to do,
    /// and must change nothing.
    public let unless: [String]

    public init(_ parameters: inout Parameters) {
        run = parameters.strings("run")
        unless = parameters.strings("unless")
        if run.isEmpty { parameters.wrong("run", "`run` is empty; expected a program and its arguments") }
        if unless.isEmpty { parameters.wrong("unless", "`unless` is empty; expected a program and its arguments") }
        parameters.finish()
    }

    /// Uses env(1), because otherwise builtins of the shell such as `eval` and `exit` would run in place of the
    /// program.
    public var probe: Script { "env -- \(unless) >/dev/null 2>&1 && echo yes || echo no" }

    public func observation(from answer: CommandResult) throws -> Bool {
        switch answer.text {
        case "yes\n": true
        case "no\n": false
        default: throw UnreadableAnswer(expected: "`yes` or `no`", answer: answer)
        }
    }

    public func changes(from observed: Bool) -> [Change] {
        observed ? [] : [Change(run.joined(separator: " "), from: nil, to: "run")]
    }

    public func repair(for observed: Bool) -> Script { "env -- \(run)" }
}
