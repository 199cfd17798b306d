import Foundation
import RemoteShell

/// A drill's messages in the guest's queue, told from others by their recipient.
struct CanaryQueue: Sendable, Equatable {
    var ids: Set<String>

    static func look(for recipient: String) -> Script {
        // One JSON object a message (postqueue(1)); of a long queue only ours is sent.
        "postqueue -j | grep -iF \("\"address\": \"\(recipient)\"") || true"
    }

    /// - Throws: ``UnreadableAnswer``
    init(_ answer: Completion) throws {
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

    /// Has Postfix try these now, and no others.
    static func flush(_ ids: Set<String>) -> Script {
        // One that has just gone is none that could be asked for.
        "for id in \(ids.sorted()); do postqueue -i \"$id\" 2>/dev/null || true; done"
    }

    /// Has Postfix try all messages: where the primary itself was away, others wait for it as well.
    static let flushAll: Script = "postqueue -f"
}
