import Alerts
import Engine
import Foundation
import RemoteShell
import Resources
import Sites

/// The lifetime of mail in a guest's Postfix queue, the message size limit, and the free space.
struct QueueSettings: Sendable, Equatable {
    /// `maximal_queue_lifetime` in seconds; ``bounceLifetime`` is `bounce_queue_lifetime`.
    var lifetime: Int
    var bounceLifetime: Int
    /// The message size limit in bytes; nil for no limit (`message_size_limit = 0`).
    var messageSize: Int?
    /// The bytes that must stay free (`queue_minfree`).
    var minimumFree: Int
    /// The free bytes on the queue's file system.
    var free: Int

    static let probe: Script = """
        set -eu
        postconf -h maximal_queue_lifetime bounce_queue_lifetime message_size_limit queue_minfree
        df --output=avail -B1 /var/spool/postfix | tail -n 1
        """

    /// - Throws: ``UnreadableAnswer``
    init(_ answer: CommandResult) throws {
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

    /// Returns the seconds of a postconf(5) time. Without a unit, it is in days, as for both lifetimes.
    private static func seconds(_ text: String) -> Int? {
        guard let match = text.wholeMatch(of: /([0-9]+)([smhdw]?)/), let number = Int(match.1) else { return nil }
        let units = ["s": 1, "m": 60, "h": 3600, "d": 86400, "": 86400, "w": 604_800]
        return units[String(match.2)].map { number.multipliedReportingOverflow(by: $0) }
            .flatMap { $0.overflow ? nil : $0.partialValue }
    }

    /// Senders themselves retry for five days (RFC 5321, 4.5.4.1). A backup that keeps mail for the same time has no
    /// benefit.
    private static let senders = 5 * 86400

    var checks: [VerifiedCheck] {
        let needed = max(minimumFree, 3 * (messageSize ?? 0) / 2)
        return [
            VerifiedCheck(
                name: "queue lifetime", verdict: lifetime > Self.senders ? .pass : .fail,
                evidence: "\(lifetime / 86400) days; senders retry for 5 days"),
            VerifiedCheck(
                name: "bounce lifetime", verdict: bounceLifetime == lifetime ? .pass : .fail,
                evidence: "\(bounceLifetime / 86400) days"),
            // Below either value, Postfix refuses mail (452 4.3.1).
            VerifiedCheck(
                name: "disk space for the queue", verdict: free < needed ? .fail : free < 5 * needed ? .warn : .pass,
                evidence: "\(free / 1_000_000) MB free, of which Postfix reserves \(needed / 1_000_000) MB"),
        ]
    }
}
