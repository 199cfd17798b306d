import Foundation

/// The script of a batch that is running, with the last line of its output.
public struct BatchProgress: Sendable, Hashable {
    /// The index of the running script.
    public var index: Int
    /// The last line that the script has written, at most ``limit`` bytes of it. Empty if the script has written
    /// nothing or is a query, because the output of a query may be a secret file. The line contains no line break and
    /// may contain any other character.
    public var line: String

    public init(index: Int, line: String) {
        self.index = index
        self.line = line
    }

    /// The number of bytes that are read from the end of each output file.
    public static let limit = 300

    /// Evaluates one progress line.
    ///
    /// - Parameters:
    ///   - count: the number of boundaries that the host has written; the first one precedes the first script.
    ///   - tails: the ends of both outputs, the newer one last, with ``lineEnd`` for each line break.
    ///   - commands: the number of scripts.
    /// - Returns: nil if no script is running.
    init?(boundaries count: Int, tails: [Data], in commands: Int, between boundary: CommandBatch.Boundary) {
        guard 1...commands ~= count else { return nil }
        index = count - 1
        let mark = Data(boundary.text.utf8)
        line =
            tails.reversed().lazy.map { Self.lastLine(of: $0, after: mark) }.first { !$0.isEmpty } ?? ""
    }

    /// The byte that replaces each line break and zero byte in the tail of an output.
    static let lineEnd: UInt8 = 1

    private static func lastLine(of tail: Data, after boundary: Data) -> String {
        var lines = tail.split(separator: lineEnd, omittingEmptySubsequences: false)[...]
        // The first line may lack its beginning and be the rest of a boundary.
        if tail.count >= limit, lines.count > 1 { lines.removeFirst() }
        let own = lines.lastIndex { $0.range(of: boundary) != nil }.map { lines[($0 + 1)...] } ?? lines
        return own.reversed().lazy.map(text).first { !$0.isEmpty } ?? ""
    }

    /// Returns the text of a line without its color sequences (ECMA-48, 5.4).
    private static func text(of line: Data) -> String {
        var text = String(decoding: line.suffix(limit).drop { $0 & 0xC0 == 0x80 }, as: UTF8.self)
            .replacing(/\u{1B}\[[0-?]*[ -\/]*[@-~]/, with: "")
            .replacing("\t", with: " ")
            .trimmingCharacters(in: .whitespacesAndNewlines)
        // Each byte that is not valid UTF-8, such as half a character that is still being written, became three bytes.
        while text.utf8.count > limit { text.removeFirst() }
        return text
    }
}

extension CommandBatch {
    /// Reads the progress of a batch: the lines on standard output that precede the results.
    struct ProgressFilter {
        /// A length that no progress line of the host reaches.
        private static let limit = 4 * BatchProgress.limit

        /// The first word of each progress line, and the separator of the two outputs in it. It is random per batch,
        /// so no script knows it.
        let marker = "progress-" + Boundary().text
        let boundary: Boundary
        let commands: [RemoteCommand]

        private var rest = Data()
        private var hasEnded = false

        init(_ commands: [RemoteCommand], between boundary: Boundary) {
            self.commands = commands
            self.boundary = boundary
        }

        /// Starts a process on the host that reads the outputs once a second, and defines `end_progress`, which ends
        /// it.
        ///
        /// The process has neither the lock nor the session's standard error. If the shell that started it is killed,
        /// it ends within a second. It counts the boundaries before and after it reads the outputs, so that the output
        /// of a query is never reported as that of the script before or after it. No process has the boundary in its
        /// arguments, where any user of the host could read it.
        ///
        /// It is ended with SIGKILL, because SIGTERM may be ignored in the whole session, and because bash would run
        /// the EXIT trap of its parent in a subshell that is not yet set up. A `sleep` remains for at most a second,
        /// without the session's outputs.
        var script: Script {
            """
            (
                count() { printf '%s\\n' \(boundary.text) | grep -cF -f - "$d/e"; }
                while sleep 1 >/dev/null && kill -0 $$; do
                    old=$d/o new=$d/e; [ ! "$d/o" -nt "$d/e" ] || old=$d/e new=$d/o
                    number=$(count)
                    line=$(
                        {
                            tail -c \(BatchProgress.limit) "$old"
                            printf %s \(marker)
                            tail -c \(BatchProgress.limit) "$new"
                        } | tr '\\000\\r\\n' '\\001\\001\\001'
                    )
                    line="$number $line"
                    [ "$(count)" = "$number" ] && [ "$line" != "$last" ] || continue
                    printf '%s %s\\n' \(marker) "$line"
                    last=$line
                done
            ) </dev/null 2>/dev/null 9>&- &
            progress=$!
            end_progress() {
                [ -z "$progress" ] || { kill -KILL $progress; wait $progress; } 2>/dev/null
                progress=
            }
            trap 'end_progress; rm -rf "$d"' EXIT
            print_results() { end_progress; cat "$d/o" "$d/e"; exit 0; }

            """
        }

        /// Removes the progress lines from the output, which arrives piece by piece.
        ///
        /// - Parameter report: receives the content of each progress line.
        /// - Returns: the part of this piece that belongs to the results.
        mutating func pass(_ piece: Data, to report: (BatchProgress) -> Void = { _ in }) -> Data {
            guard !hasEnded else { return piece }
            rest += piece
            let marker = Data("\(marker) ".utf8)
            var own = rest[...]
            while own.starts(with: marker), let end = own.firstIndex(of: UInt8(ascii: "\n")) {
                if let progress = progress(in: own[..<end].dropFirst(marker.count)) { report(progress) }
                own = own[own.index(after: end)...]
            }
            rest = Data(own)
            let mayGoOn = rest.count < Self.limit && (rest.starts(with: marker) || marker.starts(with: rest))
            if mayGoOn { return Data() }
            hasEnded = true
            defer { rest = Data() }
            return rest
        }

        /// Parses a progress line: the number of boundaries, a space, and the tails of the outputs.
        private func progress(in line: Data) -> BatchProgress? {
            let number = line.prefix { $0 != UInt8(ascii: " ") }
            let tails = line.dropFirst(number.count + 1)
            guard let number = Int(String(decoding: number, as: UTF8.self)),
                let separator = tails.range(of: Data(marker.utf8)),
                var progress = BatchProgress(
                    boundaries: number, tails: [tails[..<separator.lowerBound], tails[separator.upperBound...]],
                    in: commands.count, between: boundary)
            else { return nil }
            if !commands[progress.index].isChange { progress.line = "" }
            return progress
        }
    }
}
