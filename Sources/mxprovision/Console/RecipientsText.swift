import Alerts
import BackupMX
import ConfigurationFiles
import Engine
import Foundation
import Resources
import Sites

/// A guest's recipient data as lines for people.
struct RecipientsText {
    /// The number of addresses in the inventory.
    var listed: Int
    /// The domains whose catch-all the inventory allows on the guests.
    var caught: [String]
    /// The guest's snapshot, or nil if the guest queries no server.
    var snapshot: RecipientSnapshot?
    /// The skipped records of the local recipients file.
    var leftOut = LeftOutRecords()

    /// Returns one line for `status`.
    static func summary(_ snapshot: RecipientSnapshot) -> String {
        var text = "none from the primary yet"
        if let age = snapshot.age, let entries = snapshot.entries {
            text = "\(entries), from the primary \(words(age)) ago" + (snapshot.isStale ? ", which is stale" : "")
        }
        if snapshot.leftOut > 0 { text += "; \(snapshot.leftOut) skipped" }
        return text + (snapshot.trouble.map { "; since then: \($0.text)" } ?? "")
    }

    var text: String {
        var lines = ["listed in the inventory: \(listed), with postmaster and abuse of each domain"]
        if leftOut.count > 0 {
            lines.append("skipped in the file, not valid as recipients: \(leftOut.count)")
            lines += leftOut.lines().map { "  \($0)".inLine }
        }
        guard let snapshot else { return lines.joined(separator: "\n") }
        for (source, count) in snapshot.sources.sorted(by: { $0.key < $1.key }) {
            lines.append("\(source) on the primary: \(count)")
        }
        if snapshot.leftOut > 0 {
            lines.append("skipped, not valid as recipients: \(snapshot.leftOut)")
            lines += snapshot.leftOutLines().map { "  \($0)".inLine }
        }
        for domain in snapshot.catchAlls where !caught.contains(domain) {
            lines.append("catch-all of \(domain) on the primary: ignored, because `catch_all` does not list it")
        }
        for domain in caught where !snapshot.catchAlls.contains(domain) {
            lines.append("catch-all of \(domain): listed in `catch_all`, but the primary has none")
        }
        return (lines + ["in the guest: \(Self.summary(snapshot))"]).joined(separator: "\n")
    }

    /// Returns seconds as text in a suitable unit.
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
    private enum Key: String, CodingKey { case listed, leftOutOfFile }

    /// Encodes the members of the snapshot, if there is one, next to the number of addresses in the inventory.
    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(listed, forKey: .listed)
        if leftOut.count > 0 { try container.encode(leftOut, forKey: .leftOutOfFile) }
        try snapshot?.encode(to: encoder)
    }
}
