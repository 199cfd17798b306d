import Alerts
import BackupMX
import ConfigurationFiles
import Diagnostics
import Engine
import Foundation
import Resources
import Sites

/// One event as one JSON object on a line, for programs.
///
/// `v` is the version of this format. A version only ever gains members.
struct JSONLine: Encodable {
    /// The version of all JSON output.
    static let version = 2

    var v = version
    var site: String
    var event: String
    var step: String?
    var changes: [Change]?
    var checks: [VerifiedCheck]?
    var text: String?
    /// The duration in seconds.
    var took: Double?
    var guest: Int?
    var changed: Int?
    var unchanged: Int?
    var deferred: Int?
    var drill: DrillReport?

    init(site: String, event: String) {
        self.site = site
        self.event = event
    }

    init(_ event: Event, site: String) {
        self.init(site: site, event: "")
        switch event {
        case .unchanged(let step): (self.event, self.step) = ("unchanged", step)
        case .probed(let step, let took): (self.event, self.step, self.took) = ("probed", step, took.inSeconds)
        case .changing(let step, let changes): (self.event, self.step, self.changes) = ("changing", step, changes)
        case .changed(let step, let changes, let took):
            (self.event, self.step, self.changes, self.took) = ("changed", step, changes, took.inSeconds)
        case .deferred(let step, let reason):
            (self.event, self.step, self.text) = ("deferred", step, reason)
        case .handled(let trigger, let took):
            (self.event, self.text, self.took) = ("handler", trigger.description, took.inSeconds)
        case .verified(let checks, let took):
            (self.event, self.checks, self.took) = ("verified", checks, took.inSeconds)
        case .result(let value): (self.event, drill) = ("drill", value.content(as: DrillReport.self))
        case .waiting(let what): (self.event, self.text) = ("waiting", what)
        case .note(let what): (self.event, self.text) = ("note", what)
        case .sent(let script): (self.event, self.text) = ("sent", script)
        case .finished(let summary):
            self.event = "finished"
            guest = summary.guest
            changed = summary.changed
            unchanged = summary.unchanged
            if summary.deferred > 0 { deferred = summary.deferred }
            took = summary.took.inSeconds
        }
    }

    /// Encodes a value and escapes its invisible characters.
    ///
    /// - Throws: `EncodingError`
    static func encode(_ value: some Encodable) throws -> String {
        let text = String(decoding: try JSON.encoder.encode(value), as: UTF8.self)
        guard text.unicodeScalars.contains(where: \.isInvisible) else { return text }
        // The output may go to a terminal. Invisible characters occur only within JSON strings.
        return text.unicodeScalars.map { $0.isInvisible ? escaped($0) : String($0) }.joined()
    }

    /// Returns the escaped character, such as `\u202e`, or a surrogate pair (RFC 8259, section 7).
    private static func escaped(_ scalar: Unicode.Scalar) -> String {
        String(scalar).utf16.map { unit in
            let digits = String(unit, radix: 16)
            return "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
        }.joined()
    }
}
