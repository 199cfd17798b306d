import Foundation
import Provisioning

/// One event as one JSON object on a line, for programs.
///
/// `v` is the version of this form; members are only ever added to it.
struct JSONLine: Encodable {
    /// Of all forms that are printed.
    static let version = 1

    var v = version
    var site: String
    var event: String
    var step: String?
    var changes: [Change]?
    var checks: [VerifiedCheck]?
    var text: String?
    /// Seconds.
    var took: Double?
    var guest: Int?
    var changed: Int?
    var unchanged: Int?
    var postponed: Int?
    var drill: DrillReport?

    init(site: String, event: String) {
        self.site = site
        self.event = event
    }

    /// What a site ends with while others go on.
    init(failure error: any Error, site: String) {
        self.init(site: site, event: "failed")
        text = error.isInterruption ? "interrupted" : Complaint(error).text
    }

    init(_ event: Event, site: String) {
        self.init(site: site, event: "")
        switch event {
        case .unchanged(let step): (self.event, self.step) = ("unchanged", step)
        case .asked(let step, let took): (self.event, self.step, self.took) = ("asked", step, took.inSeconds)
        case .changing(let step, let changes): (self.event, self.step, self.changes) = ("changing", step, changes)
        case .changed(let step, let changes, let took):
            (self.event, self.step, self.changes, self.took) = ("changed", step, changes, took.inSeconds)
        case .postponed(let step, let reason):
            (self.event, self.step, self.text) = ("postponed", step, reason)
        case .paid(let trigger, let took):
            (self.event, self.text, self.took) = ("paid", trigger.description, took.inSeconds)
        case .verified(let checks, let took):
            (self.event, self.checks, self.took) = ("verified", checks, took.inSeconds)
        case .drilled(let report): (self.event, drill) = ("drilled", report)
        case .waiting(let what): (self.event, self.text) = ("waiting", what)
        case .note(let what): (self.event, self.text) = ("note", what)
        case .sent(let script): (self.event, self.text) = ("sent", script)
        case .finished(let summary):
            self.event = "finished"
            guest = summary.guest
            changed = summary.changed
            unchanged = summary.unchanged
            if summary.postponed > 0 { postponed = summary.postponed }
            took = summary.took.inSeconds
        }
    }

    /// - Throws: `EncodingError`
    static func encode(_ value: some Encodable) throws -> String {
        String(decoding: try JSON.encoder.encode(value), as: UTF8.self)
    }
}
