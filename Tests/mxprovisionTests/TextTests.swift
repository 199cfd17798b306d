import Foundation
import Testing

@testable import Provisioning
@testable import mxprovision

@Suite struct `A plan for people` {
    @Test func `says that nothing is to be changed`() {
        var plan = Plan()
        plan.steps = [.init(step: "hostname", changes: []), .init(step: "relay", changes: [])]
        #expect(PlanText(plan, "secondary").text == "secondary: nothing to change (2 steps as they should be)")
    }

    @Test func `tells every change, and what is owed`() {
        var plan = Plan()
        plan.guest = [Change("memory", from: "256", to: "512")]
        plan.steps = [
            .init(step: "hostname", changes: []), .init(step: "relay", changes: [Change("x", from: nil, to: "2")]),
        ]
        plan.owed = [Trigger(.restart, "postfix")]
        plan.owesVerification = true
        #expect(
            PlanText(plan, "secondary").text == """
                secondary: `up` would change
                  ~ guest
                      memory: 256 → 512
                  ~ relay
                      x: 2
                  ↻ restart postfix, owed by an earlier run
                  ✓ verify, owed by an earlier run
                """)
    }

    @Test func `names the steps that cannot be asked`() {
        var plan = Plan()
        plan.guest = [Change("guest", from: nil, to: "a clone of 100")]
        plan.unasked = ["hostname", "relay"]
        #expect(
            PlanText(plan, "secondary").text.hasSuffix(
                "  ? the guest does not run, so these steps cannot be asked yet: hostname, relay"))
    }
}

@Suite struct `A status for people` {
    @Test func `of a site without a guest is short`() {
        #expect(StatusText(SiteStatus(site: "secondary")).text == "secondary\n  guest     none")
    }

    @Test func `tells the guest, the queue, what is owed, the last run and who is at it`() {
        var status = SiteStatus(site: "secondary")
        status.guest = .init(id: 110, node: "pve2", running: true, address: "10.2.0.9")
        status.queued = 1
        status.primary = PrimaryState(state: .vpnDown, evidence: "port 25: no answer")
        status.problem = "it is slow"
        status.owed = ["reload postfix", "verification"]
        status.lastRun = entry
        status.heldBy = .init(who: "bob@desk", command: "plan", since: entry.started)
        #expect(
            StatusText(status).text == """
                secondary
                  guest     110 on pve2, running at 10.2.0.9
                  queue     1 message
                  primary   VPN down: port 25: no answer
                  problem   it is slow
                  owed      reload postfix, verification
                  last run  up 2026-01-02T03:04:05Z, failed, by ada@desk
                  busy      bob@desk runs `plan` since 2026-01-02T03:04:05Z
                """)
    }
}

@Suite struct `A history for people` {
    @Test func `tells when, what, how it ended, how long it took, and who it was`() {
        #expect(
            HistoryText(entry).text == """
                2026-01-02T03:04:05Z  up guest 110  failed  12.3 s  ada@desk
                  ~ relay
                      x: 1 → 2
                  ! it broke
                  ! halfway
                """)
    }

    @Test func `leaves out what is not there`() {
        let entry = JournalEntry(
            started: Date(timeIntervalSince1970: 1_767_323_045), took: 0, who: "ada@desk", command: "plan", guest: nil,
            outcome: .unchanged, changes: [], error: nil)
        #expect(HistoryText(entry).text == "2026-01-02T03:04:05Z  plan  unchanged  ada@desk")
    }
}
