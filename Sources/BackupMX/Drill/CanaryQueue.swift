import Alerts
import Foundation
import RemoteShell
import Resources
import Sites

/// A drill's messages in the guest's queue, identified by their recipient.
struct CanaryQueue: Sendable, Equatable {
    var ids: Set<String>

    static func look(for recipient: String) -> Script {
        // postqueue(1) prints one JSON object per message. Only our messages are transferred, because the queue may be
        // long.
        "postqueue -j | grep -iF \("\"address\": \"\(recipient)\"") || true"
    }

    /// - Throws: ``UnreadableAnswer``
    init(_ answer: CommandResult) throws {
        struct Message: Decodable { var queue_id: String }
        do {
            ids = try Set(
                answer.text.split(separator: "\n").map {
                    try JSONDecoder().decode(Message.self, from: Data($0.utf8)).queue_id
                })
        } catch is DecodingError {
            throw UnreadableAnswer(expected: "the messages of Postfix's queue", answer: answer)
        }
    }

    /// Returns the script that makes Postfix try only these messages now.
    static func flush(_ ids: Set<String>) -> Script {
        // postqueue fails for a message that has just been delivered.
        "for id in \(ids.sorted()); do postqueue -i \"$id\" 2>/dev/null || true; done"
    }

    /// Makes Postfix try all messages: after a stop of the primary, others wait for it as well.
    static let flushAll: Script = "postqueue -f"
}
