import Foundation
import RemoteShell

/// How long a guest's Postfix keeps mail, how large a message may be, and how much room there is.
struct QueueSettings: Sendable, Equatable {
    /// Seconds; `maximal_queue_lifetime` and `bounce_queue_lifetime`.
    var lifetime: Int
    var bounceLifetime: Int
    /// Bytes; nil for no limit (`message_size_limit = 0`).
    var messageSize: Int?
    /// Bytes that must stay free (`queue_minfree`).
    var minimumFree: Int
    /// Bytes free on the queue's file system.
    var free: Int

    static let probe: Script = """
        set -eu
        postconf -h maximal_queue_lifetime bounce_queue_lifetime message_size_limit queue_minfree
        df --output=avail -B1 /var/spool/postfix | tail -n 1
        """

    /// - Throws: ``UnreadableAnswer``
    init(_ answer: Completion) throws {
        let lines = answer.text.split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) }
        guard answer.exit == 0, lines.count == 5, let lifetime = Self.seconds(lines[0]),
            let bounceLifetime = Self.seconds(lines[1]), let messageSize = Int(lines[2]),
            let minimumFree = Int(lines[3]), let free = Int(lines[4])
        else { throw UnreadableAnswer(expected: "the settings of Postfix's queue", answer: answer) }
        self.lifetime = lifetime
        self.bounceLifetime = bounceLifetime
        self.messageSize = messageSize > 0 ? messageSize : nil
        self.minimumFree = minimumFree
        self.free = free
    }

    /// A time as postconf(5) writes it; days where no unit is given, as for both lifetimes.
    private static func seconds(_ text: String) -> Int? {
        guard let match = text.wholeMatch(of: /([0-9]+)([smhdw]?)/), let number = Int(match.1) else { return nil }
        let units = ["s": 1, "m": 60, "h": 3600, "d": 86400, "": 86400, "w": 604_800]
        return units[String(match.2)].map { number.multipliedReportingOverflow(by: $0) }
            .flatMap { $0.overflow ? nil : $0.partialValue }
    }

    /// Senders themselves try for five days (RFC 5321, 4.5.4.1); a backup that keeps mail no longer gains nothing.
    private static let senders = 5 * 86400

    var checks: [VerifiedCheck] {
        let needed = max(minimumFree, 3 * (messageSize ?? 0) / 2)
        return [
            VerifiedCheck(
                name: "queue lifetime", verdict: lifetime > Self.senders ? .pass : .fail,
                evidence: "\(lifetime / 86400) days; senders try for 5 by themselves"),
            VerifiedCheck(
                name: "bounces wait as long", verdict: bounceLifetime == lifetime ? .pass : .fail,
                evidence: "\(bounceLifetime / 86400) days"),
            // Postfix refuses mail (452 4.3.1) below either.
            VerifiedCheck(
                name: "room for the queue", verdict: free < needed ? .fail : free < 5 * needed ? .warn : .pass,
                evidence: "\(free / 1_000_000) MB free, of which Postfix keeps \(needed / 1_000_000)"),
        ]
    }
}
