public import ConfigurationFiles
import Diagnostics
import Foundation
public import RemoteShell
import Resources

/// A verification that runs a program in the guest, and compares its exit status and output with the expected ones.
///
/// Commands are lists of words, so that no shell interprets text of the playbook.
public struct CommandCheck: Verification {
    public static let kind = "check"

    /// What the program must print. Blanks and newlines around the output are ignored.
    enum Expectation: Sendable, Equatable {
        case anything
        case text(String)
        case containing(String)
        /// The same as another program, which must succeed and print something.
        case outputOf([String])
    }

    /// The name of the check in reports.
    let name: String
    /// The program to run, with its arguments.
    let command: [String]
    let expectation: Expectation
    /// The expected exit status.
    let exit: Int
    /// For how many seconds the program is run again until the check passes.
    let within: Int

    /// Maximum duration of one run in seconds.
    private static let limit = 60
    /// Maximum size of an output in bytes.
    private static let maximum = 64 * 1024

    public init(_ parameters: inout Parameters) {
        command = parameters.strings("command")
        name = parameters.optionalString("name") ?? command.joined(separator: " ")
        exit = parameters.integer("exit", in: 0...255, default: 0)
        within = parameters.integer("within", in: 0...600, default: 0)
        let expected = parameters.optionalString("expect")
        let part = parameters.optionalString("contains")
        let other = parameters.optionalStrings("equals")
        let given = parameters.keys.filter { ["expect", "contains", "equals"].contains($0) }
        if given.count > 1 {
            parameters.wrong(
                given[1], "\(quoted(given)) cannot be combined; expected at most one of them to specify the output")
        }
        if command.isEmpty { parameters.wrong("command", "`command` is empty; expected a program and its arguments") }
        if other?.isEmpty == true {
            parameters.wrong("equals", "`equals` is empty; expected a program and its arguments")
        }
        if part?.isEmpty == true { parameters.wrong("contains", "`contains` is empty; expected a part of the output") }
        expectation =
            if let expected {
                .text(expected.trimmingCharacters(in: .whitespacesAndNewlines))
            } else if let part {
                .containing(part)
            } else if let other {
                .outputOf(other)
            } else { .anything }
        parameters.finish()
    }

    /// The last run may begin right before the end of ``within``.
    public var duration: Duration { .seconds(within + (isCompared ? 2 : 1) * Self.limit) }

    /// Runs the program until the check passes or the time is up. Prints, for each program, its exit status and its
    /// output in base64.
    public func script() -> Script {
        """
        failed=$(mktemp)
        trap 'rm -f "$failed"' EXIT
        # Ends a program that prints too much.
        run() { { timeout \(Self.limit) "$@" </dev/null || echo $? >"$failed"; } | head -c \(Self.maximum + 1); }
        result() {
            status=$(cat "$failed")
            : >"$failed"
            echo "${status:-0}"
        }
        trim() {
            text=${1#"${1%%[![:space:]]*}"}
            text=${text%"${text##*[![:space:]]}"}
        }
        attempt() {
            text=$(run \(command))
            status=$(result)
            trim "$text"
            output=$text
        \(comparedRun)}
        holds() { [ "$status" = \(exit) ] && \(condition); }
        now() { IFS=. read -r seconds rest </proc/uptime; }
        now
        end=$((seconds + \(within)))
        while attempt; ! holds; do
            now
            [ "$seconds" -lt "$end" ] || break
            sleep 1
        done
        show() { echo "$1 $(printf %s "$2" | head -c \(Self.maximum + 1) | base64 -w 0)"; }
        show "$status" "$output"
        \(comparedOutput)
        """
    }

    private var isCompared: Bool { if case .outputOf = expectation { true } else { false } }

    private var comparedRun: Script {
        guard case .outputOf(let other) = expectation else { return "" }
        return """
                text=$(run \(other))
                other_status=$(result)
                trim "$text"
                other=$text

            """
    }

    private var comparedOutput: Script { isCompared ? "show \"$other_status\" \"$other\"" : "" }

    private var condition: Script {
        switch expectation {
        case .anything: "true"
        case .text(let text): "[ \"$output\" = \(text) ]"
        case .containing(let part): "case $output in *\(part)*) ;; *) false ;; esac"
        case .outputOf: "[ \"$other_status\" = 0 ] && [ -n \"$output\" ] && [ \"$output\" = \"$other\" ]"
        }
    }

    /// The result of one program.
    private struct Run {
        var exit: Int
        var output: String
        var isTooLong: Bool

        /// Reads a line of the script's output.
        init?(_ line: Substring) {
            let words = line.split(separator: " ", omittingEmptySubsequences: false)
            guard words.count == 2, let exit = Int(words[0]), let data = Data(base64Encoded: String(words[1])) else {
                return nil
            }
            self.exit = exit
            output = String(decoding: data, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
            isTooLong = data.count > CommandCheck.maximum
        }

        /// The output on one line, shortened.
        var shown: String { output.isEmpty ? "nothing" : output.shownAsEvidence }
    }

    public func checks(from result: CommandResult, of host: String) throws -> [VerifiedCheck] {
        let lines = result.text.split(separator: "\n")
        let runs = lines.compactMap(Run.init)
        guard result.exit == 0, runs.count == lines.count, runs.count == (isCompared ? 2 : 1) else {
            throw UnreadableAnswer(expected: "the exit status and the output of a program", answer: result)
        }
        let (isMet, evidence) = evaluate(runs[0], comparedWith: runs.last)
        let errors = isMet || result.errors.isEmpty ? "" : "; standard error: \(result.tail.shownAsEvidence)"
        return [VerifiedCheck(name: name.shownAsEvidence, verdict: isMet ? .pass : .fail, evidence: evidence + errors)]
    }

    private func evaluate(_ run: Run, comparedWith other: Run?) -> (isMet: Bool, evidence: String) {
        // A program that prints too much ends by SIGPIPE.
        if run.isTooLong { return (false, "printed more than \(Self.maximum / 1024) KiB") }
        guard run.exit == exit else {
            let reason = run.exit == 124 ? "timeout after \(Self.limit) s" : "exit status \(run.exit)"
            return (false, "\(reason); expected \(exit); printed: \(run.shown)")
        }
        switch expectation {
        case .anything: return (true, "exit status \(run.exit); printed: \(run.shown)")
        case .text(let text):
            let isSame = run.output == text
            return (isSame, "printed: \(run.shown)" + (isSame ? "" : "; expected: \(text.shownAsEvidence)"))
        case .containing(let part):
            return run.output.contains(part)
                ? (true, "printed: \(part.shownAsEvidence)")
                : (false, "printed: \(run.shown); expected output that contains: \(part.shownAsEvidence)")
        case .outputOf(let words):
            let name = "`\(words.joined(separator: " ").shownAsEvidence)`"
            guard let other, other.exit == 0 else {
                return (false, "exit status \(other?.exit ?? -1) of \(name); printed: \(other?.shown ?? "nothing")")
            }
            if run.output.isEmpty { return (false, "printed nothing; \(name) printed: \(other.shown)") }
            let isSame = run.output == other.output && !other.isTooLong
            return (isSame, "printed: \(run.shown)" + (isSame ? ", as \(name)" : "; \(name) printed: \(other.shown)"))
        }
    }
}

extension String {
    /// The text on one line, at most 300 characters.
    fileprivate var shownAsEvidence: String {
        let line = joinedLines
        return line.count > 300 ? line.prefix(300) + "…" : line
    }
}
