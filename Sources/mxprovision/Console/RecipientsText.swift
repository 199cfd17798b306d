import Foundation
import Provisioning

/// What a guest knows of the recipients, as lines for people.
struct RecipientsText {
    /// How many addresses the inventory itself lists.
    var listed: Int
    /// The domains whose catch-all the inventory lets the guests have.
    var caught: [String]
    /// Nil where the guest asks nobody.
    var snapshot: RecipientSnapshot?

    /// One line, for `status`.
    static func summary(_ snapshot: RecipientSnapshot) -> String {
        var text = "none from the primary yet"
        if let age = snapshot.age, let entries = snapshot.entries {
            text = "\(entries), from the primary \(words(age)) ago" + (snapshot.isStale ? ", which is stale" : "")
        }
        return text + (snapshot.trouble.map { "; since then: \($0.text)" } ?? "")
    }

    var text: String {
        var lines = ["listed in the inventory: \(listed), with postmaster and abuse of each domain"]
        guard let snapshot else { return lines[0] }
        for (source, count) in snapshot.sources.sorted(by: { $0.key < $1.key }) {
            lines.append("\(source) on the primary: \(count)")
        }
        if snapshot.leftOut > 0 { lines.append("left out, as no mail can be sent to them: \(snapshot.leftOut)") }
        for domain in snapshot.catchAlls where !caught.contains(domain) {
            lines.append("catch-all of \(domain) on the primary: not taken, as `catch_all` does not name it")
        }
        for domain in caught where !snapshot.catchAlls.contains(domain) {
            lines.append("catch-all of \(domain): named in `catch_all`, and the primary has none")
        }
        return (lines + ["in the guest: \(Self.summary(snapshot))"]).joined(separator: "\n")
    }

    /// Seconds as a person says them.
    private static func words(_ seconds: Int) -> String {
        switch seconds {
        case ..<120: "\(max(seconds, 0)) s"
        case ..<7200: "\(seconds / 60) min"
        case ..<172_800: "\(seconds / 3600) h"
        default: "\(seconds / 86400) days"
        }
    }
}

extension RecipientsText: Encodable {
    private enum Key: String, CodingKey { case listed }

    /// The members of the snapshot, if the guest has one, beside how many addresses the inventory lists.
    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(listed, forKey: .listed)
        try snapshot?.encode(to: encoder)
    }
}
