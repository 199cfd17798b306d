import Foundation
import MailChecks

@testable import Alerts
@testable import BackupMX
@testable import ConfigurationFiles
@testable import Engine
@testable import Ingress
@testable import Resources
@testable import Sites
@testable import mxprovision

/// Values of the types that are printed as JSON.
enum JSONSample {
    private static let site = "secondary"
    private static let change = Change("relay_domains", from: "a.org", to: "b.org")
    private static let check = VerifiedCheck(name: "banner", verdict: .warn, evidence: "220 mx", advice: "Rename it.")

    private static func read<Value: Decodable>(_ json: String) throws -> Value {
        let decoder = JSONDecoder()
        decoder.dateDecodingStrategy = .iso8601
        return try decoder.decode(Value.self, from: Data(json.utf8))
    }

    private static func line(_ value: some Encodable) throws -> String { try JSONLine.encode(value) }

    private static func record(_ event: String, _ content: some Encodable & Sendable) throws -> String {
        try line(Record(event, of: site, content))
    }

    /// Lines of each event except `outline`, whose values have each member that the program can print.
    static func complete() throws -> [String] {
        let events: [Event] = [
            .unchanged(step: "relay"), .probed(step: "relay", took: .seconds(1)), .changing(step: "relay", [change]),
            .changed(step: "relay", [change], took: .seconds(1)), .deferred(step: "acme", reason: "it is away"),
            .handled(Handler(.reload, "postfix"), took: .seconds(1)), .verified([check], took: .seconds(1)),
            .waiting("the guest"), .note("done"), .sent(script: "true"),
            .result(TypedValue(drill([account { ($0.sent, $0.arrived, $0.copies) = (0.5, 7.5, 1) }]), phrase: "")),
            .finished(Summary(site: site, guest: 110, unchanged: 3, changed: 1, deferred: 2, took: .seconds(1))),
        ]
        var plan = Plan(guest: [change], unsurveyed: ["relay"], pendingHandlers: [Handler(.reload, "postfix")])
        plan.steps = [.init(step: "relay", changes: [change])]
        plan.externalResources = [.init(step: "dns", changes: [change])]
        let zone = ZoneJSON(
            records: [.init(zone: "a.org", name: "a.org", ttl: 300, type: "MX", data: "20 mx.a.org.")],
            exemptions: ["Exempt it."])
        let recipients = RecipientsText(listed: 4, caught: [], snapshot: try snapshot(), leftOut: leftOut)
        let results: [String] = try [
            line(PlanJSON(plan, site: site)), record("status", try status()), record("dns", zoneReport),
            record("doctor", report(DoctorSubject.self)), record("verify", report(VerifySubject.self)),
            record("alert", report(AlertSubject.self)), record("zone", zone), record("run", entry),
            record("recipients", recipients), record("script", ["text": "true"]),
            line(DNSOutcome(site: site, event: "published", changes: [change])),
            line(DNSOutcome(site: site, event: "withdrawn", changes: [change], wait: 300)),
            line(FailureRecord(event: "mistake", site: site, text: "unknown key", file: "a.yml", line: 3)),
            line(FailureRecord(event: "failed", site: site, text: "it broke", advice: "Repair it.", status: 1)),
        ]
        return try events.map { try line(JSONLine($0, site: site)) } + results
    }

    /// Lines whose values have no member that may be missing.
    static func minimal() throws -> [String] {
        var status = SiteStatus(site: site)
        status.guest = .init(id: 110, node: "pve2", running: false)
        status.mail = BackupMXStatus(
            primary: PrimaryState(state: .down, evidence: "no reply"),
            recipients: try read(#"{"isStale": true, "sources": {}, "leftOut": 0, "catchAlls": []}"#),
            alerts: try read(#"{"conditions": [], "channels": [{"name": "ntfy", "waiting": 0}]}"#))
        status.ingress = [.init(name: "router")]
        status.dns = ZoneReport(
            site: site, servers: [ServerReport(server: "192.0.2.53", role: .resolver)],
            pointers: [PointerReport(address: "192.0.2.1", host: "mx.a.org", found: [])])
        var doctor = DoctorReport()
        let check = VerifiedCheck(name: "node", verdict: .pass, evidence: "pve2")
        doctor.areas = [.init(name: .api, checks: [check], problem: nil)]
        var run = entry
        (run.guest, run.error) = (nil, nil)
        return try [
            line(JSONLine(.changing(step: "relay", [Change("x", from: nil, to: nil)]), site: site)),
            line(JSONLine(.result(TypedValue(drill([account()]), phrase: "")), site: site)),
            line(
                JSONLine(
                    .finished(Summary(site: site, guest: nil, unchanged: 0, changed: 0, took: .zero)), site: site)),
            line(PlanJSON(Plan(), site: site)), record("status", SiteStatus(site: site)), record("status", status),
            record("doctor", doctor), record("run", run), record("zone", ZoneJSON(records: [], exemptions: [])),
            record("recipients", RecipientsText(listed: 0, caught: [])),
            line(FailureRecord(event: "mistake", text: "missing", file: "a.yml")),
            line(FailureRecord(event: "failed", text: "interrupted", status: 130)),
        ]
    }

    /// Lines with each value of the members that have a fixed set of values, and with a date that JSON cannot represent.
    static func everyValue() throws -> [String] {
        let verdicts: [VerifiedCheck.Verdict] = [.pass, .warn, .fail, .unchecked]
        let checks = verdicts.map { VerifiedCheck(name: "banner", verdict: $0, evidence: "") }
        let outcomes: [JournalEntry.Outcome] = [.unchanged, .changed, .deferred, .failed, .cancelled]
        var failover = drill(accounts)
        failover.way = .failover
        var expired = try status()
        expired.mail.certificate?.notAfter = Date(timeIntervalSince1970: 1e12)
        var lines: [String] = try [
            line(JSONLine(.verified(checks, took: .zero), site: site)),
            line(JSONLine(.result(TypedValue(failover, phrase: "")), site: site)), record("status", expired),
        ]
        for outcome in outcomes {
            var run = entry
            run.outcome = outcome
            lines.append(try record("run", run))
        }
        for state in PrimaryState.State.allCases {
            var status = try status()
            status.mail.primary?.state = state
            lines.append(try record("status", status))
        }
        return lines
    }

    private static func report<Subject>(_ subject: Subject.Type) -> CheckReport<Subject> {
        var report = CheckReport<Subject>()
        report.areas = Subject.allCases.map { .init(name: $0, checks: [check], problem: "no reply") }
        return report
    }

    private static func status() throws -> SiteStatus {
        var status = SiteStatus(site: site)
        status.guest = .init(id: 110, node: "pve2", running: true, address: "10.2.0.25")
        status.mail = BackupMXStatus(
            queued: 3, putAside: 1, deferrals: [DeferralReason(count: 3, text: "timed out")],
            primary: PrimaryState(state: .answers, evidence: "220 mail", roundTrip: 4),
            recipients: try snapshot(), leftOut: leftOut,
            certificate: try read(
                """
                {"issuer": "CN=R11", "selfSigned": false, "matchesName": true, "notAfter": "2026-03-04T05:06:07Z",
                "daysLeft": 61}
                """),
            alerts: try read(
                """
                {"age": 5, "ready": 60, "cronIsRunning": true, "fault": "disk full",
                "conditions": [{"name": "primary", "since": "2026-01-02T03:04:05Z", "text": "It is down."}],
                "channels": [{"name": "ntfy", "waiting": 2, "trouble": "403", "since": "2026-01-02T03:04:05Z"}]}
                """))
        status.updates = SystemUpdates(pending: ["curl"], restarts: ["cron.service"], isCurrent: true)
        status.dns = zoneReport
        status.ingress = [.init(name: "router", changes: [change], problem: "no reply")]
        status.pending = ["reload postfix"]
        status.lastRun = entry
        status.heldBy = .init(who: "ada@desk", command: "up", since: Date(timeIntervalSince1970: 0))
        status.problems = ["the list of recipients is stale"]
        return status
    }

    private static func snapshot() throws -> RecipientSnapshot {
        try read(
            """
            {"taken": "2026-01-02T03:04:05Z", "age": 240, "isStale": false, "entries": 46, "sources": {"command": 2},
            "leftOut": 1, "leftOutRecords": [{"source": "command", "line": 3, "text": "a b", "reason": "a space"}],
            "catchAlls": ["a.org"], "trouble": {"since": "2026-01-02T03:04:05Z", "kind": "denied", "text": "no key"}}
            """)
    }

    private static var leftOut: LeftOutRecords {
        var records = LeftOutRecords()
        records.append(.init(source: "users.txt", line: 3, text: "a b", reason: "a space"))
        return records
    }

    private static var zoneReport: ZoneReport {
        var server = ServerReport(server: "192.0.2.53", role: .authoritative)
        (server.changes, server.doubts, server.facts) = ([change], ["two SPF records"], [check])
        server.problem = "no reply"
        let pointer = PointerReport(
            address: "192.0.2.1", host: "mx.a.org", found: ["a.org"], forward: ["192.0.2.2"], problem: "no reply")
        return ZoneReport(site: site, servers: [server], pointers: [pointer])
    }

    private static func drill(_ messages: [CanaryAccount]) -> DrillReport {
        let names: [DrillReport.Phase.Name] = [.hold, .send, .queued, .release, .end]
        return DrillReport(
            site: site, host: "mx2", run: "5f0c27a1", recipient: "you+x@example.net",
            started: Date(timeIntervalSince1970: 0), way: .hold, vantage: "this machine", source: "the journal of mail",
            showsContent: false, messages: messages, strays: 0, mostQueued: 1, early: 0,
            samples: [.init(at: 1.5, sent: 1, queued: 1, arrived: 0)], phases: names.map { .init(name: $0, at: 6) },
            deferrals: [DeferralReason(count: 3, text: "timed out")])
    }

    private static func account(_ change: (inout CanaryAccount) -> Void = { _ in }) -> CanaryAccount {
        var account = CanaryAccount(number: 1, digest: "5f0c27a1")
        (account.reply, account.queueID) = ("250 2.0.0 Ok", "4jYfLh3JRyzxRm1")
        change(&account)
        return account
    }

    /// A message for each verdict.
    static var accounts: [CanaryAccount] {
        [
            account { $0.copies = 1 }, account { $0.sent = 1 }, account { $0.copies = 2 },
            account { $0.alteredCopies = 1 }, account { $0.isQueued = true }, account(), account { $0.reply = nil },
        ]
    }
}
