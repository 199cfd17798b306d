import Foundation

/// Many scripts in one remote round trip, each with its own exit status, output and errors.
public enum Survey {
    /// Runs every script in a subshell of its own, in order, and brings all answers back.
    ///
    /// - Throws: ``ShellError/truncated(expected:got:errors:)`` if the answer ends before the last script's,
    ///   and what the shell throws.
    public static func ask(_ scripts: [Script], through shell: some Shell) async throws -> [Completion] {
        guard !scripts.isEmpty else { return [] }
        let completion = try await shell.run(script(scripts))
        let answers = frames(in: completion.output)
        guard answers.count == scripts.count else {
            throw ShellError.truncated(expected: scripts.count, got: answers.count, errors: completion.errorText)
        }
        return answers
    }

    /// Where there is no room for answers, none is given: they would be empty, and read as such.
    ///
    /// Each script has no standard input, as it would otherwise read the rest of the survey, which comes that way.
    static func script(_ scripts: [Script]) -> Script {
        let preamble: Script = """
            export LC_ALL=C; umask 022
            d=$(umask 077; mktemp -d) || exit 70
            trap 'rm -rf "$d"' EXIT
            head -c 65536 /dev/zero >"$d/o" || exit 70
            frame() { printf '%d %d %d\\n' "$1" $(($(wc -c <"$d/o"))) $(($(wc -c <"$d/e"))); cat "$d/o" "$d/e"; }

            """
        return scripts.reduce(preamble) { "\($0)(\n\($1)\n) </dev/null >\"$d/o\" 2>\"$d/e\"; frame $?\n" }
    }

    /// Reads `exit length length` lines, each followed by that many bytes of output and of errors.
    ///
    /// Stops at the first frame that is not whole or makes no sense: what comes from a guest is not trusted.
    static func frames(in data: Data) -> [Completion] {
        var frames: [Completion] = []
        var rest = data[...]
        while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
            let header = String(decoding: rest[rest.startIndex..<end], as: UTF8.self)
            let fields = header.split(separator: " ", omittingEmptySubsequences: false)
            let numbers = fields.compactMap { Int($0) }
            let body = rest[rest.index(after: end)...]
            guard fields.count == 3, numbers.count == 3, numbers.allSatisfy({ $0 >= 0 }), numbers[1] <= body.count,
                numbers[2] <= body.count - numbers[1]
            else { break }
            let output = body.prefix(numbers[1])
            let errors = body.dropFirst(numbers[1]).prefix(numbers[2])
            frames.append(Completion(exit: numbers[0], output: Data(output), errors: Data(errors)))
            rest = body.dropFirst(numbers[1] + numbers[2])
        }
        return frames
    }
}
