import Foundation

/// Many scripts in one remote round trip, each with its own exit status, output and errors.
public enum Survey {
    /// What the script ends with where others hold the lock.
    private static let occupied = 75

    /// Brings the answers of all scripts, whatever they are.
    ///
    /// - Throws: as ``run(_:lock:patience:timed:through:)``.
    public static func ask(_ scripts: [Script], through shell: some Shell) async throws -> [Completion] {
        try await run(scripts.map(Errand.question), through: shell)
    }

    /// Runs the script of every errand, each in a subshell of its own, in order, up to the first change that fails.
    ///
    /// Where there is a change, the host's clock is read to hundredths of a second, which costs nothing.
    ///
    /// - Parameters:
    ///   - lock: a file on the host that no two runs with a change in them hold at once: the scripts of one that died go on
    ///     until they have ended.
    ///   - patience: how long to wait for the lock, in whole seconds.
    ///   - timed: whether each answer says, more exactly, how long its script took; that costs a process a script.
    /// - Returns: the answers, the last of them that of the change that failed where one has.
    /// - Throws: ``ShellError/occupied(seconds:)`` if the lock is held all that time;
    ///   ``ShellError/truncated(expected:got:errors:)`` if the answer ends before the last script's,
    ///   and what the shell throws.
    public static func run(
        _ errands: [Errand],
        lock: String? = nil,
        patience: Int = 600,
        timed: Bool = false,
        through shell: some Shell
    ) async throws -> [Completion] {
        guard !errands.isEmpty else { return [] }
        let boundary = Boundary()
        let script = script(errands, between: boundary, lock: lock.map { ($0, patience) }, timed: timed)
        let wait = wait(for: errands)
        // A change that was sent comes to its end: there is no safe point to stop at in the middle of it.
        let completion =
            wait.kind == .change
            ? try await Task { try await shell.run(script, wait) }.value : try await shell.run(script, wait)
        guard completion.exit != occupied else { throw ShellError.occupied(seconds: patience) }
        let answers = answers(in: completion.output, to: errands, between: boundary)
        let isStopped = answers.last.map { errands[answers.count - 1].isStopped(by: $0) } ?? false
        guard answers.count == errands.count || isStopped else {
            throw ShellError.truncated(expected: errands.count, got: answers.count, errors: completion.errorText)
        }
        return timed
            ? answers
            : zip(errands, answers).map { errand, answer in
                var answer = answer
                if !errand.isChange { answer.took = nil }
                return answer
            }
    }

    private static func wait(for errands: [Errand]) -> Wait {
        let changes = errands.count(where: \.isChange)
        func words(_ count: Int, _ noun: String, _ plural: String) -> String {
            "\(count) \(count == 1 ? noun : plural)"
        }
        return changes > 0
            ? Wait(.change, for: words(changes, "change", "changes"))
            : Wait(.query, for: "the answer to " + words(errands.count, "query", "queries"))
    }

    /// What stands behind each answer. No script has it in its output, as it is another one each time.
    struct Boundary: Sendable {
        let text: String

        init() { text = "mxprovision-\(UInt64.random(in: .min ... .max))-\(UInt64.random(in: .min ... .max))" }
        init(_ text: String) { self.text = text }
    }

    /// A file on the host, and how many seconds to wait for it.
    typealias Lock = (file: String, patience: Int)

    /// Each script has no standard input, as it would otherwise read the rest of the survey, which comes that way. Its
    /// output goes to files: a program that it leaves behind would hold a pipe open, and the connection with it; nor has
    /// such a program the lock. Where there is no room for an answer there is none for its boundary, so that nothing is read
    /// as empty that was not.
    ///
    /// A process costs a guest one to two milliseconds, so that no more are started here than must be.
    static func script(_ errands: [Errand], between boundary: Boundary, lock: Lock?, timed: Bool) -> Script {
        let changes = errands.contains(where: \.isChange)
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
            full() { echo "no room for answers in $d: see \\`df -h /tmp\\` there" >&2; exit 70; }
            mark() {
                \(clock)
                printf '%s %d %s\\n' \(boundary.text) "$1" "$now" >>"$d/o" &&
                    printf '%s\\n' \(boundary.text) >>"$d/e" || full
            }
            tell() { cat "$d/o" "$d/e"; exit 0; }
            \(holding)mark 0

            """
        let all = errands.reduce(preamble) { before, errand in
            let last: Script = errand.isChange ? "s=$?; mark $s; [ $s = 0 ] || tell" : "mark $?"
            return "\(before)(\n\(errand.script)\n) </dev/null >>\"$d/o\" 2>>\"$d/e\" 9>&-; \(last)\n"
        }
        return "\(all)tell\n"
    }

    /// Reads the outputs, each with a boundary behind it, and after them the errors.
    ///
    /// Stops at the first answer that is not whole or makes no sense: what comes from a guest is not trusted.
    static func answers(in data: Data, to errands: [Errand], between boundary: Boundary) -> [Completion] {
        let mark = Data(boundary.text.utf8)
        var rest = data[...]
        /// What comes before the next boundary, and the words behind it on its line.
        func next() -> (body: Data, words: [Substring])? {
            guard let found = rest.range(of: mark),
                let end = rest[found.upperBound...].firstIndex(of: UInt8(ascii: "\n"))
            else { return nil }
            defer { rest = rest[rest.index(after: end)...] }
            let words = String(decoding: rest[found.upperBound..<end], as: UTF8.self).split(separator: " ")
            return (Data(rest[..<found.lowerBound]), words)
        }
        var answers: [Completion] = []
        var time: Int?
        for index in 0...errands.count {
            guard let (body, words) = next(), words.count == 2, let exit = Int(words[0]), let now = Int(words[1]),
                0...255 ~= exit, now >= 0
            else { return [] }
            if index > 0 {
                let took = time.flatMap { $0 > 0 && now >= $0 ? Duration.nanoseconds(now - $0) : nil }
                let answer = Completion(exit: exit, output: body, took: took)
                answers.append(answer)
                if errands[index - 1].isStopped(by: answer) { break }
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
