import Alerts
import ConfigurationFiles
import Diagnostics
import Engine
import Foundation
import RemoteShell
import Resources
import Sites

/// Why Postfix defers deliveries of a guest's queue, and how many recipients are affected.
public struct DeferralReason: Codable, Sendable, Hashable, CustomStringConvertible {
    /// Number of recipients of queued messages.
    public var count: Int
    /// The reason in one line, without addresses, so that equal reasons for different recipients are counted together.
    public var text: String

    public init(count: Int, text: String) {
        self.count = count
        self.text = text
    }

    /// The reason after its count: `12 × connect to 10.1.0.12[10.1.0.12]:25: Connection timed out`
    public var description: String { "\(count) × \(text)" }
}

extension DeferralReason {
    /// Prints the three most frequent reasons, each after its count. Prints nothing if no message is deferred. Only the
    /// first messages of a long queue are read, which takes some seconds.
    static let question = question(in: "/var/spool/postfix/deferred")

    static func question(in folder: String) -> Script {
        """
        spool=\(folder)
        [ -d "$spool" ] && [ -n "$(find "$spool" -type f -print -quit)" ] || exit 0
        PATH=$PATH:/usr/sbin LC_ALL=C
        export PATH LC_ALL
        # One JSON object a message (postqueue(1)).
        { timeout 20 postqueue -j || [ $? -eq 141 ] || echo failed; } | head -n 20000 | awk '
            $0 == "failed" { failed = 1 }
            {
                while (match($0, /"delay_reason": "([^"\\\\]|\\\\.)*"/)) {
                    reason = substr($0, RSTART + 17, RLENGTH - 18)
                    $0 = substr($0, RSTART + RLENGTH)
                    gsub(/<[^<>]*>/, "<...>", reason)
                    count[substr(reason, 1, 400)]++
                }
            }
            END {
                for (reason in count) print count[reason], reason | "sort -k 1,1nr -k 2 | head -n 3"
                exit failed
            }'
        """
    }

    /// Returns the reasons that ``question`` has printed.
    ///
    /// - Throws: ``UnreadableAnswer``
    static func reasons(in answer: CommandResult) throws -> [DeferralReason] {
        let unreadable = UnreadableAnswer(expected: "the reasons for deferred messages", answer: answer)
        guard answer.exit == 0 else { throw unreadable }
        return try answer.text.split(separator: "\n").prefix(3).map { line in
            let words = line.split(separator: " ", maxSplits: 1).map(String.init)
            guard words.count == 2, let count = Int(words[0]) else { throw unreadable }
            return DeferralReason(count: count, text: unescaped(words[1]))
        }
    }

    /// Decodes JSON's escapes, unless the text was cut off within one. The result is one line, so that another host's
    /// text cannot begin a line of the output.
    private static func unescaped(_ text: String) -> String {
        let decoded = try? JSONDecoder().decode(String.self, from: Data("\"\(text)\"".utf8))
        return (decoded ?? text).split { $0.isNewline || $0 == "\t" }.joined(separator: " ")
    }

    /// Returns the reasons as checks of a queue. Deferred mail is a warning, not a failure by itself.
    static func checks(in answer: CommandResult) -> [VerifiedCheck] {
        let name = "deferred mail"
        do {
            let reasons = try reasons(in: answer)
            guard !reasons.isEmpty else { return [VerifiedCheck(name: name, verdict: .pass, evidence: "none")] }
            return reasons.map { VerifiedCheck(name: name, verdict: .warn, evidence: $0.description) }
        } catch {
            return [
                VerifiedCheck(name: name, verdict: .unchecked, evidence: "not checked: \(ErrorDescription(error).what)")
            ]
        }
    }
}
