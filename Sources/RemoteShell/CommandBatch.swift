import Foundation

/// Runs many scripts in one ssh round trip, each with its own exit status, output and errors.
public enum CommandBatch {
    /// The exit status of the batch if another run holds the lock.
    private static let occupied = 75

    /// Runs scripts as queries and returns all results, whatever their exit status.
    ///
    /// - Throws: as ``run(_:lock:patience:timed:onProgress:through:)``
    public static func ask(_ scripts: [Script], through shell: some Shell) async throws -> [CommandResult] {
        try await run(scripts.map(RemoteCommand.query), through: shell)
    }

    /// Runs the script of every command in its own subshell, in order, up to the first change that fails.
    ///
    /// If the batch contains a change, the host's clock is read to hundredths of a second, which costs nothing.
    ///
    /// - Parameters:
    ///   - lock: a file on the host that only one run with a change holds at a time. The scripts of a run that crashed
    ///     continue until they have ended.
    ///   - patience: how long to wait for the lock, in whole seconds.
    ///   - timed: whether each result has a more exact duration. This costs one process per script.
    ///   - report: receives the running script and its last line, about once a second, while a batch with a change
    ///     runs; nil if progress is not shown, which saves a process on the host.
    /// - Returns: the results. If a change failed, the last result is that of this change.
    /// - Throws: ``ShellError/occupied(seconds:)`` if another run holds the lock all that time;
    ///   ``ShellError/truncated(expected:got:errors:)`` if the output ends before the result of the last script; and
    ///   what the shell throws.
    public static func run(
        _ commands: [RemoteCommand],
        lock: String? = nil,
        patience: Int = 600,
        timed: Bool = false,
        onProgress report: (@Sendable (BatchProgress) -> Void)? = nil,
        through shell: some Shell
    ) async throws -> [CommandResult] {
        guard !commands.isEmpty else { return [] }
        let boundary = Boundary()
        let wait = wait(for: commands)
        let progress =
            report != nil && wait.kind == .change ? ProgressFilter(commands, between: boundary) : nil
        let script = script(
            commands, between: boundary, lock: lock.map { ($0, patience) }, timed: timed, progress: progress)
        // A change that was sent runs to its end: there is no safe point to stop in the middle.
        let completion =
            wait.kind == .change
            ? try await Task { try await run(script, wait, progress, report, through: shell) }.value
            : try await shell.run(script, wait)
        guard completion.exit != occupied else { throw ShellError.occupied(seconds: patience) }
        var filter = progress
        let output = filter?.pass(completion.output) ?? completion.output
        let answers = answers(in: output, to: commands, between: boundary)
        let isStopped = answers.last.map { commands[answers.count - 1].isStopped(by: $0) } ?? false
        guard answers.count == commands.count || isStopped else {
            throw ShellError.truncated(expected: commands.count, got: answers.count, errors: completion.errorText)
        }
        return timed
            ? answers
            : zip(commands, answers).map { command, answer in
                var answer = answer
                if !command.isChange { answer.took = nil }
                return answer
            }
    }

    private static func run(
        _ script: Script,
        _ wait: Wait,
        _ progress: ProgressFilter?,
        _ report: (@Sendable (BatchProgress) -> Void)?,
        through shell: some Shell
    ) async throws -> CommandResult {
        guard var progress, let report else { return try await shell.run(script, wait) }
        return try await shell.run(script, wait) { _ = progress.pass($0, to: report) }
    }

    private static func wait(for commands: [RemoteCommand]) -> Wait {
        let changes = commands.count(where: \.isChange)
        func words(_ count: Int, _ noun: String, _ plural: String) -> String {
            "\(count) \(count == 1 ? noun : plural)"
        }
        return changes > 0
            ? Wait(.change, for: words(changes, "change", "changes"))
            : Wait(.query, for: "the answer to " + words(commands.count, "query", "queries"))
    }

    /// Separator after each result. It is random per batch, so no script output can contain it.
    struct Boundary: Sendable {
        let text: String

        init() { text = "mxprovision-\(UInt64.random(in: .min ... .max))-\(UInt64.random(in: .min ... .max))" }
        init(_ text: String) { self.text = text }
    }

    /// A lock file on the host, and how many seconds to wait for it.
    typealias Lock = (file: String, patience: Int)

    /// Builds the script that runs the whole batch.
    ///
    /// Each script has no standard input, because it would read the rest of the batch, which arrives there. Its output
    /// goes to files: a background program that it starts would hold a pipe open, and with it the connection. Such a
    /// program does not inherit the lock either. If the disk has no space for a result, it has none for its boundary,
    /// so that no result is read as empty by mistake.
    ///
    /// A process costs a guest one to two milliseconds, so the script starts as few as possible.
    static func script(
        _ commands: [RemoteCommand], between boundary: Boundary, lock: Lock?, timed: Bool,
        progress: ProgressFilter? = nil
    ) -> Script {
        let changes = commands.contains(where: \.isChange)
        let clock: Script =
            timed
            ? "now=$(date +%s%N)"
            : changes ? "read -r up _ </proc/uptime; now=${up%.*}${up#*.}0000000" : "now=0"
        let holding: Script =
            if changes, let lock {
                """
                exec 9>\(lock.file)
                flock -w \(lock.patience) 9 || exit \(occupied)

                """
            } else { "" }
        let preamble: Script = """
            export LC_ALL=C; umask 022
            d=$(umask 077; mktemp -d) || exit 70
            trap 'rm -rf "$d"' EXIT
            full() { echo "no space for results in $d: check \\`df -h /tmp\\` on the host" >&2; exit 70; }
            mark() {
                \(clock)
                printf '%s %d %s\\n' \(boundary.text) "$1" "$now" >>"$d/o" &&
                    printf '%s\\n' \(boundary.text) >>"$d/e" || full
            }
            print_results() { cat "$d/o" "$d/e"; exit 0; }
            \(holding)mark 0
            \(progress?.script ?? "")
            """
        let all = commands.reduce(preamble) { before, command in
            let last: Script = command.isChange ? "s=$?; mark $s; [ $s = 0 ] || print_results" : "mark $?"
            return "\(before)(\n\(command.script)\n) </dev/null >>\"$d/o\" 2>>\"$d/e\" 9>&-; \(last)\n"
        }
        return "\(all)print_results\n"
    }

    /// Parses the outputs, each with a boundary after it, and after them the errors.
    ///
    /// It stops at the first result that is incomplete or invalid: output of a guest is not trusted.
    static func answers(in data: Data, to commands: [RemoteCommand], between boundary: Boundary) -> [CommandResult] {
        let mark = Data(boundary.text.utf8)
        var rest = data[...]
        /// Returns the data before the next boundary, and the words after it on its line.
        func next() -> (body: Data, words: [Substring])? {
            guard let found = rest.range(of: mark),
                let end = rest[found.upperBound...].firstIndex(of: UInt8(ascii: "\n"))
            else { return nil }
            defer { rest = rest[rest.index(after: end)...] }
            let words = String(decoding: rest[found.upperBound..<end], as: UTF8.self).split(separator: " ")
            return (Data(rest[..<found.lowerBound]), words)
        }
        var answers: [CommandResult] = []
        var time: Int?
        for index in 0...commands.count {
            guard let (body, words) = next(), words.count == 2, let exit = Int(words[0]), let now = Int(words[1]),
                0...255 ~= exit, now >= 0
            else { return [] }
            if index > 0 {
                let took = time.flatMap { $0 > 0 && now >= $0 ? Duration.nanoseconds(now - $0) : nil }
                let answer = CommandResult(exit: exit, output: body, took: took)
                answers.append(answer)
                if commands[index - 1].isStopped(by: answer) { break }
            }
            time = now
        }
        for index in 0...answers.count {
            guard let (body, words) = next(), words.isEmpty else { return Array(answers.prefix(max(index - 1, 0))) }
            if index > 0 { answers[index - 1].errors = body }
        }
        return answers
    }
}
