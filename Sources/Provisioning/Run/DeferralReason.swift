import Foundation
import RemoteShell

/// Why deliveries of a guest's queue are deferred, and how many of them.
public struct DeferralReason: Codable, Sendable, Equatable, CustomStringConvertible {
    /// Recipients of queued messages.
    public var count: Int
    /// In one line. Addresses in it are left out, so that a reason is the same for all of them.
    public var text: String

    public init(count: Int, text: String) {
        self.count = count
        self.text = text
    }

    /// `12 × connect to 10.1.0.12[10.1.0.12]:25: Connection timed out`
    public var description: String { "\(count) × \(text)" }
}

extension DeferralReason {
    /// Prints the three most frequent reasons, each after its count; nothing if no message is deferred. Of a long queue only
    /// the first messages are read, which takes some seconds.
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

    /// - Throws: ``UnreadableAnswer``
    static func reasons(in answer: Completion) throws -> [DeferralReason] {
        let unreadable = UnreadableAnswer(expected: "why messages are deferred", answer: answer)
        guard answer.exit == 0 else { throw unreadable }
        return try answer.text.split(separator: "\n").prefix(3).map { line in
            let words = line.split(separator: " ", maxSplits: 1).map(String.init)
            guard words.count == 2, let count = Int(words[0]) else { throw unreadable }
            return DeferralReason(count: count, text: unescaped(words[1]))
        }
    }

    /// Without JSON's escapes, unless the text was cut off within one. Another host's text must not begin a line of its own.
    private static func unescaped(_ text: String) -> String {
        let decoded = try? JSONDecoder().decode(String.self, from: Data("\"\(text)\"".utf8))
        return (decoded ?? text).split { $0.isNewline || $0 == "\t" }.joined(separator: " ")
    }

    /// As checks of a queue: mail that waits is worth a look, and no failure by itself.
    static func checks(in answer: Completion) -> [VerifiedCheck] {
        let name = "deferred mail"
        do {
            let reasons = try reasons(in: answer)
            guard !reasons.isEmpty else { return [VerifiedCheck(name: name, verdict: .pass, evidence: "none")] }
            return reasons.map { VerifiedCheck(name: name, verdict: .warn, evidence: $0.description) }
        } catch {
            return [VerifiedCheck(name: name, verdict: .unchecked, evidence: "not checked: \(Complaint(error).what)")]
        }
    }
}
