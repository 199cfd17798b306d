import Foundation

/// Many scripts in one remote round trip, each with its own exit status, output and errors.
public enum Survey {
    /// Runs every script in a subshell of its own, in order, and brings all answers back.
    ///
    /// - Parameter timed: whether each answer says how long its script took; that costs a process a script.
    /// - Throws: ``ShellError/truncated(expected:got:errors:)`` if the answer ends before the last script's,
    ///   and what the shell throws.
    public static func ask(_ scripts: [Script], timed: Bool = false, through shell: some Shell) async throws
        -> [Completion]
    {
        guard !scripts.isEmpty else { return [] }
        let boundary = Boundary()
        let completion = try await shell.run(script(scripts, between: boundary, timed: timed))
        let answers = answers(in: completion.output, count: scripts.count, between: boundary)
        guard answers.count == scripts.count else {
            throw ShellError.truncated(expected: scripts.count, got: answers.count, errors: completion.errorText)
        }
        return answers
    }

    /// What stands behind each answer. No script has it in its output, as it is another one each time.
    struct Boundary: Sendable {
        let text: String

        init() { text = "mxprovision-\(UInt64.random(in: .min ... .max))-\(UInt64.random(in: .min ... .max))" }
        init(_ text: String) { self.text = text }
    }

    /// Each script has no standard input, as it would otherwise read the rest of the survey, which comes that way. Its
    /// output goes to files: a program that it leaves behind would hold a pipe open, and the connection with it. Where there
    /// is no room for an answer there is none for its boundary, so that nothing is read as empty that was not.
    ///
    /// A process costs a guest one to two milliseconds, so that no more are started here than must be.
    static func script(_ scripts: [Script], between boundary: Boundary, timed: Bool) -> Script {
        let clock: Script = timed ? "$(date +%s%N)" : "0"
        let preamble: Script = """
            export LC_ALL=C; umask 022
            d=$(umask 077; mktemp -d) || exit 70
            trap 'rm -rf "$d"' EXIT
            full() { echo "no room for answers in $d: see \\`df -h /tmp\\` there" >&2; exit 70; }
            mark() {
                printf '%s %d %s\\n' \(boundary.text) "$1" "\(clock)" >>"$d/o" &&
                    printf '%s\\n' \(boundary.text) >>"$d/e" || full
            }
            mark 0

            """
        let all = scripts.reduce(preamble) { "\($0)(\n\($1)\n) </dev/null >>\"$d/o\" 2>>\"$d/e\"; mark $?\n" }
        return "\(all)cat \"$d/o\" \"$d/e\"\n"
    }

    /// Reads the outputs, each with a boundary behind it, and after them the errors.
    ///
    /// Stops at the first answer that is not whole or makes no sense: what comes from a guest is not trusted.
    static func answers(in data: Data, count: Int, between boundary: Boundary) -> [Completion] {
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
        for index in 0...count {
            guard let (body, words) = next(), words.count == 2, let exit = Int(words[0]), let now = Int(words[1]),
                0...255 ~= exit, now >= 0
            else { return [] }
            if index > 0 {
                let took = time.flatMap { $0 > 0 && now >= $0 ? Duration.nanoseconds(now - $0) : nil }
                answers.append(Completion(exit: exit, output: body, took: took))
            }
            time = now
        }
        for index in 0...count {
            guard let (body, words) = next(), words.isEmpty else { return Array(answers.prefix(max(index - 1, 0))) }
            if index > 0 { answers[index - 1].errors = body }
        }
        return answers
    }
}
