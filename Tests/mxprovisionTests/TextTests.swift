import Foundation
import RemoteShell
import TestSupport
import Testing

@testable import Alerts
@testable import BackupMX
@testable import ConfigurationFiles
@testable import Engine
@testable import Resources
@testable import Sites
@testable import mxprovision

@Suite struct `The text of a plan` {
    @Test func `shows that nothing has to change`() {
        var plan = Plan()
        plan.steps = [.init(step: "hostname", changes: []), .init(step: "relay", changes: [])]
        #expect(PlanText(plan, "secondary").text == "secondary: nothing to change (2 steps unchanged)")
    }

    @Test func `shows each change and what is pending`() {
        var plan = Plan()
        plan.guest = [Change("memory", from: "256", to: "512")]
        plan.steps = [
            .init(step: "hostname", changes: []), .init(step: "relay", changes: [Change("x", from: nil, to: "2")]),
        ]
        plan.pendingHandlers = [Handler(.restart, "postfix")]
        plan.needsVerification = true
        #expect(
            PlanText(plan, "secondary").text == """
                secondary: `up` would change
                  ~ guest
                      memory: 256 → 512
                  ~ relay
                      x: 2
                  ↻ restart postfix, pending since an earlier run
                  ✓ verify, pending since an earlier run
                """)
    }

    @Test func `names the steps that cannot be checked`() {
        var plan = Plan()
        plan.guest = [Change("guest", from: nil, to: "a clone of 100")]
        plan.unsurveyed = ["hostname", "relay"]
        #expect(
            PlanText(plan, "secondary").text.hasSuffix(
                "  ? the guest is stopped; these steps cannot be checked yet: hostname, relay"))
    }
}

@Suite struct `A plan of 10,000 changes` {
    @Test func `is shown as a sample with counts, and completely with --verbose and in JSON`() throws {
        let changes =
            (0..<4000).map { Change("a\($0)@a.net", from: nil, to: "OK") }
            + (0..<5000).map { Change("r\($0)@a.net", from: "OK", to: nil) }
            + (0..<1000).map { Change("c\($0)@a.net", from: "OK", to: "NO") }
        var plan = Plan()
        plan.steps = [.init(step: "recipients", changes: changes)]
        plan.externalResources = [.init(step: "dns", changes: changes)]
        let lines = PlanText(plan, "secondary").text.split(separator: "\n")
        #expect(lines.count == 1 + 2 * 12)
        #expect(
            lines[12]
                == "      and 9990 more (4000 added, 5000 removed, 1000 changed in all); `--verbose` shows them")
        #expect(PlanText(plan, "secondary", isVerbose: true).text.split(separator: "\n").count == 1 + 2 * 10_001)
        #expect(PlanJSON(plan, site: "secondary").steps[0].changes.count == 10_000)
        var run = entry
        run.changes = [.init(step: "recipients", changes: changes)]
        #expect(HistoryText(run).text.split(separator: "\n").count < 20)
        #expect(HistoryText(run, isVerbose: true).text.split(separator: "\n").count > 10_000)
    }
}

@Suite struct `The text of a status` {
    @Test func `is short for a site without a guest`() {
        #expect(StatusText(SiteStatus(site: "secondary")).text == "secondary\n  guest     none")
    }

    @Test func `shows the guest, the queue, what is pending, the last run and the holder`() {
        var status = SiteStatus(site: "secondary")
        status.guest = .init(id: 110, node: "pve2", running: true, address: "10.2.0.9")
        status.mail.queued = 1
        status.mail.primary = PrimaryState(state: .vpnDown, evidence: "port 25: no answer")
        status.problems = ["it is slow"]
        status.pending = ["reload postfix", "verification"]
        status.lastRun = entry
        status.heldBy = .init(who: "bob@desk", command: "plan", since: entry.started)
        #expect(
            StatusText(status).text == """
                secondary
                  guest     110 on pve2, running at 10.2.0.9
                  queue     1 message
                  primary   VPN down: port 25: no answer
                  problem   ! it is slow
                  pending   reload postfix, verification
                  last run  up 2026-01-02T03:04:05Z, failed, by ada@desk
                  busy      bob@desk runs `plan` since 2026-01-02T03:04:05Z
                """)
    }
}

@Suite struct `Deferred mail in a status` {
    @Test func `is shown with the most frequent reasons`() {
        var status = SiteStatus(site: "secondary")
        status.mail.queued = 15
        status.mail.deferrals = [
            DeferralReason(count: 12, text: "connect to 10.1.0.12[10.1.0.12]:25: Connection timed out"),
            DeferralReason(count: 3, text: "host 10.1.0.12 said: 450 4.2.0 \u{1B}[31mGreylisted"),
        ]
        #expect(
            StatusText(status).text.printable == """
                secondary
                  guest     none
                  queue     15 messages
                  deferred  12 × connect to 10.1.0.12[10.1.0.12]:25: Connection timed out
                  deferred  3 × host 10.1.0.12 said: 450 4.2.0 \\u{1B}[31mGreylisted
                """)
    }
}

@Suite struct `Alerts in a status` {
    private func lines(_ json: String) throws -> [String] {
        var status = SiteStatus(site: "secondary")
        let decoder = JSONDecoder()
        decoder.dateDecodingStrategy = .iso8601
        status.mail.alerts = try decoder.decode(AlertState.self, from: Data(json.utf8))
        return StatusText(status).text.split(separator: "\n").map(String.init).filter { $0.hasPrefix("  alerts") }
    }

    @Test func `are one line without a problem`() throws {
        let ways = #"[{"name": "ntfy", "waiting": 0}, {"name": "smtp", "waiting": 0}]"#
        #expect(
            try lines(#"{"age": 5, "conditions": [], "channels": \#(ways)}"#)
                == ["  alerts    no problems; channels: ntfy, smtp"])
        #expect(
            try lines(#"{"age": 5, "conditions": [], "channels": []}"#)
                == ["  alerts    no problems; no alert channel is configured"])
    }

    @Test func `show problems, unsent alerts, and a monitor that does not run`() throws {
        let stands = #"[{"name": "primary", "since": "2026-01-02T03:04:05Z", "text": "The primary is down."}]"#
        let ways = #"[{"name": "ntfy", "waiting": 2, "trouble": "it returned HTTP status 403"}]"#
        #expect(
            try lines(#"{"age": 900, "cronIsRunning": false, "conditions": \#(stands), "channels": \#(ways)}"#) == [
                "  alerts    ! the monitor last ran 15 min ago; cron is not running",
                "  alerts    ! since 2026-01-02T03:04:05Z: The primary is down.",
                "  alerts    ! 2 cannot be sent by ntfy: it returned HTTP status 403",
            ])
    }
}

@Suite struct `Recipients in text output` {
    private func snapshot(_ json: String) throws -> RecipientSnapshot {
        let decoder = JSONDecoder()
        decoder.dateDecodingStrategy = .iso8601
        return try decoder.decode(RecipientSnapshot.self, from: Data(json.utf8))
    }

    @Test func `are shown by source, with omitted records and ignored catch-alls`() throws {
        let snapshot = try snapshot(
            """
            {"age": 240, "isStale": false, "entries": 46, "sources": {"command": 2, "postfixadmin": 40}, "leftOut": 1,
            "leftOutRecords": [{"source": "command", "line": 3, "text": "\u{E9}va@a.net"}],
            "catchAlls": ["a.net"]}
            """)
        #expect(
            RecipientsText(listed: 4, caught: ["b.net"], snapshot: snapshot).text == """
                listed in the inventory: 4, with postmaster and abuse of each domain
                command on the primary: 2
                postfixadmin on the primary: 40
                skipped, not valid as recipients: 1
                  line 3 of command: \u{E9}va@a.net
                catch-all of a.net on the primary: ignored, because `catch_all` does not list it
                catch-all of b.net: listed in `catch_all`, but the primary has none
                in the guest: 46, from the primary 4 min ago; 1 skipped
                """)
        #expect(
            RecipientsText(listed: 4, caught: [], snapshot: nil).text
                == "listed in the inventory: 4, with postmaster and abuse of each domain")
    }

    @Test func `are shown with their age and the results of later pulls`() throws {
        let old = try snapshot(
            """
            {"age": 180000, "isStale": true, "entries": 46, "sources": {}, "leftOut": 0, "catchAlls": [],
            "trouble": {"since": "2026-01-02T03:04:05Z", "kind": "unreachable", "text": "the primary cannot be reached"}}
            """)
        #expect(
            RecipientsText.summary(old)
                == "46, from the primary 2 days ago, which is stale; since then: the primary cannot be reached")
        var status = SiteStatus(site: "secondary")
        status.mail.recipients = old
        #expect(StatusText(status).text.contains("\n  list      46, from"))
    }
}

@Suite struct `The external resources in a status` {
    @Test func `are up to date, differ, or cannot be checked`() {
        var status = SiteStatus(site: "secondary")
        status.ingress = [
            .init(name: "router"), .init(name: "proxmox-firewall", changes: [Change("smtp", from: nil, to: "ACCEPT")]),
            .init(name: "node-firewall", problem: "ufw is off\n→ Switch it on."),
        ]
        #expect(
            StatusText(status).text == """
                secondary
                  guest     none
                  router    up to date
                  proxmox-firewall ! 1 change needed; see `mxprovision plan secondary`
                  node-firewall ! ufw is off
                            → Switch it on.
                """)
    }
}

@Suite struct `The certificate in a status` {
    private func line(_ change: (inout ServedCertificate) -> Void) throws -> String? {
        let end = Date(timeIntervalSince1970: 1_767_323_045)
        let answer = CommandResult(
            exit: 0, output: Data("\(Int(end.timeIntervalSince1970))\nnamed\nauthority\nCN=R11,C=US\n".utf8))
        var certificate = try #require(try ServedCertificate(in: answer, at: end - 86_400 * 14))
        change(&certificate)
        var status = SiteStatus(site: "secondary")
        status.mail.certificate = certificate
        return StatusText(status).text.split(separator: "\n").last.map(String.init)
    }

    @Test func `shows its issuer and the remaining days`() throws {
        #expect(try line { _ in } == "  tls       by CN=R11,C=US, 14 days left (until 2026-01-02T03:04:05Z)")
        #expect(
            try line { $0.selfSigned = true } == "  tls       self-signed, 14 days left (until 2026-01-02T03:04:05Z)")
    }

    @Test func `is marked if it ends soon, has ended, or is for another name`() throws {
        #expect(
            try line { $0.daysLeft = 13 } == "  tls       ! by CN=R11,C=US, 13 days left (until 2026-01-02T03:04:05Z)")
        #expect(try line { $0.daysLeft = 1 } == "  tls       ! by CN=R11,C=US, 1 day left (until 2026-01-02T03:04:05Z)")
        #expect(try line { $0.daysLeft = -1 } == "  tls       ! by CN=R11,C=US, expired 2026-01-02T03:04:05Z")
        #expect(
            try line { $0.matchesName = false }
                == "  tls       ! by CN=R11,C=US, for another name, 14 days left (until 2026-01-02T03:04:05Z)")
    }
}

@Suite struct `The text of a history` {
    @Test func `shows time, command, result, duration and user`() {
        #expect(
            HistoryText(entry).text == """
                2026-01-02T03:04:05Z  up guest 110  failed  12.3 s  ada@desk
                  ~ relay
                      x: 1 → 2
                  ! it broke
                  ! halfway
                """)
    }

    @Test func `omits missing values`() {
        let entry = JournalEntry(
            started: Date(timeIntervalSince1970: 1_767_323_045), took: 0, who: "ada@desk", command: "plan", guest: nil,
            outcome: .unchanged, changes: [], error: nil)
        #expect(HistoryText(entry).text == "2026-01-02T03:04:05Z  plan  unchanged  ada@desk")
    }
}
