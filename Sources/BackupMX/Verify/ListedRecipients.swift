import Alerts
import ConfigurationFiles
import Engine
import RemoteShell
import Resources
import Sites

/// The recipients that a guest accepts, and the sample for which the primary is queried.
struct ListedRecipients: Sendable, Equatable {
    /// Recipients evenly spread over the list.
    var sample: [String]
    /// The number of listed recipients.
    var count: Int

    /// The default limit of the sample. Each query is a command in the primary's log.
    static let usualLimit = 300

    /// - Parameter limit: nil for no limit.
    init(_ recipients: [String], limit: Int?) {
        let step = limit.map { max(1, (recipients.count + $0 - 1) / $0) } ?? 1
        sample = stride(from: 0, to: recipients.count, by: step).map { recipients[$0] }
        count = recipients.count
    }

    /// Returns the script that prints the number of keys in Postfix's table, and a sample of them.
    ///
    /// - Parameter table: The table with its type, such as `hash:/etc/postfix/relay_recipients`.
    static func question(table: String, limit: Int?) -> Script {
        """
        set -eu
        PATH=$PATH:/usr/sbin
        keys=$(postmap -s \(table))
        printf '%s\\n' "$keys" | awk -v limit=\(limit ?? 0) 'NF { key[n++] = $1 }
            END { print n + 0; step = limit ? int((n + limit - 1) / limit) : 1; if (step < 1) step = 1
                  for (i = 0; i < n; i += step) print key[i] }'
        """
    }

    /// - Throws: ``UnreadableAnswer``
    init(_ answer: CommandResult) throws {
        let lines = answer.text.split(separator: "\n").map(String.init)
        guard answer.exit == 0, let count = lines.first.flatMap({ Int($0) }), lines.count <= count + 1 else {
            throw UnreadableAnswer(expected: "the table of recipients", answer: answer)
        }
        sample = Array(lines.dropFirst())
        self.count = count
    }

    /// Returns the addresses to check: those of the sample, and at least one in each domain. A catch-all (`@domain`) is
    /// not an address.
    func asked(inAll domains: [String]) -> [String] {
        let addresses = sample.filter { !$0.hasPrefix("@") }
        let known = Set(addresses.map { $0.lowercased().drop { $0 != "@" }.dropFirst() })
        let missing = domains.filter { !known.contains($0.lowercased()[...]) }
        return missing.map { "postmaster@\($0)" } + addresses
    }

    /// The note that only a sample was checked; nil if all recipients were.
    var check: VerifiedCheck? {
        guard sample.count < count else { return nil }
        return VerifiedCheck(
            name: "checked recipients", verdict: .pass,
            evidence: "\(sample.count) of \(count); `--all-recipients` checks all at the primary")
    }
}
